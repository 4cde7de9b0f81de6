namespace NativeRnn.Layers;

/// <summary>What a convolution in a trace was made with.</summary>
internal sealed record TracedConvolution(TimeWindow Window, int Groups);
