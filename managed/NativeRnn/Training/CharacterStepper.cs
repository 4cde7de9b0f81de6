using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Reads a text one character at a time and keeps the state, from zeros. A step allocates nothing;
/// one thread at a time.
/// </summary>
internal sealed class CharacterStepper : IDisposable
{
    private readonly PackedLanguageModel _model;
    private readonly RnnStream _stream;
    private readonly float[] _h;
    private readonly float[] _logits;

    internal CharacterStepper(PackedLanguageModel model)
    {
        _model = model;
        _stream = model.OpenStream();
        _h = new float[model.Hidden];
        _logits = new float[model.Vocabulary];
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>Reads a character, without a look at what may follow.</summary>
    internal void Read(int character) => _stream.Step(_model.EmbeddingOf(character), _h);

    /// <summary>Reads a character; gives the logits of the next, valid until the next step.</summary>
    internal float[] Step(int character)
    {
        Read(character);
        _model.Logits(_h, _logits);
        return _logits;
    }
}
