namespace NativeRnn.Models;

/// <summary>Which tensors of a PyTorch file are taken, and under which names.</summary>
public sealed record PyTorchLoadOptions
{
    internal static PyTorchLoadOptions Default { get; } = new();

    /// <summary>
    /// Where in a checkpoint the state dict is: keys with dots between, such as <c>model_state_dict</c> or
    /// <c>trainer.policy</c>. Null: it is the file's value itself, or the only dictionary of tensors in it, or that
    /// under <c>model_state_dict</c>, <c>state_dict</c>, <c>model</c> or the like.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>
    /// Only names that begin with this are taken, without it: <c>encoder.</c> makes <c>encoder.lstm.weight_ih_l0</c>
    /// <c>lstm.weight_ih_l0</c>. Null: all names; if each begins with <c>module.</c> or <c>_orig_mod.</c>, as those of
    /// DataParallel and torch.compile do, these are taken away.
    /// </summary>
    public string? Prefix { get; init; }

    /// <summary>
    /// New names for whole names or for their beginnings up to a dot: <c>["rnn"] = "lstm"</c> makes
    /// <c>rnn.weight_ih_l0</c> <c>lstm.weight_ih_l0</c>. After <see cref="Prefix"/>; the longest that fits counts.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Rename { get; init; }

    /// <summary>Whether all weights of the module must be in the file, and no others.</summary>
    public bool Strict { get; init; } = true;
}
