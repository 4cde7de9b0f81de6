namespace NativeRnn.Tests;

/// <summary>A message in the list of a <see cref="ListLogger"/>.</summary>
internal sealed record LoggedLine(int Id, string Category, string Text);
