namespace NativeRnn.Layers;

/// <summary>An order of steps in a trace.</summary>
/// <param name="Reversed">Whether the steps that count come from the last to the first.</param>
/// <param name="Back">Whether they go from the front to where they stood, not to the front.</param>
/// <param name="BatchFirst">Whether sequences are [B,T,..].</param>
internal sealed record TracedOrder(bool Reversed, bool Back, bool BatchFirst);
