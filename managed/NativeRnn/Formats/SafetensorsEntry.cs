namespace NativeRnn.Formats;

/// <summary>One tensor of a header: its bytes are begin .. end - 1 of the data.</summary>
internal sealed record SafetensorsEntry(
    string Name, SafetensorsElement Element, int[] Shape, long Length, long Begin, long End);
