namespace NativeRnn.Layers;

/// <summary>
/// What recurrent layers do beyond sizes and directions. Every property has a default that changes
/// nothing; <c>new RecurrentOptions { … }</c> sets what a model needs.
/// </summary>
public sealed partial record RecurrentOptions
{
    internal static RecurrentOptions Default { get; } = new();
}
