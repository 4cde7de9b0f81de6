namespace NativeRnn.Data;

/// <summary>What a window of <see cref="TextWindows"/> holds.</summary>
/// <param name="Steps">Time steps T of the window; the last one can be shorter.</param>
/// <param name="Predictions">Characters to predict: targets that are not ignored.</param>
public readonly record struct TextWindow(int Steps, int Predictions);
