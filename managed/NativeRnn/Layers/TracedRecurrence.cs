namespace NativeRnn.Layers;

/// <summary>What a recurrent layer in a trace was made with, and where its weights lie.</summary>
internal sealed record TracedRecurrence(RecurrentSettings Settings, RnnPlan Plan);
