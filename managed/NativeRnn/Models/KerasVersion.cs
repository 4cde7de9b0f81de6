using System.Globalization;

namespace NativeRnn.Models;

/// <summary>Which Keras wrote a file: what a setting means, and what holds where one is left out.</summary>
/// <param name="Major">1, 2 or 3.</param>
/// <param name="Minor">The number after it.</param>
/// <param name="OfTensorFlow">Whether it is TensorFlow's own: 2.2.4-tf.</param>
internal readonly record struct KerasVersion(int Major, int Minor, bool OfTensorFlow)
{
    /// <summary>
    /// Whether gates are sigmoid and a GRU resets after the product unless a layer says otherwise: since
    /// TensorFlow 2 and Keras 2.3; before, hard_sigmoid and before the product.
    /// </summary>
    internal bool HasNewDefaults => Major > 2 || (Major == 2 && (OfTensorFlow || Minor >= 3));

    /// <summary>The slope of hard_sigmoid.</summary>
    internal float HardSigmoidSlope => Major >= 3 ? 1f / 6 : 0.2f;

    /// <summary>Reads "2.1.3"; the first Kerases wrote no version.</summary>
    internal static KerasVersion Parse(string? text)
    {
        string[] parts = (text ?? "").Split('.');
        int Number(int index) => index < parts.Length
            && int.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : 0;
        bool ofTensorFlow = text?.EndsWith("-tf", StringComparison.Ordinal) ?? false;
        return new KerasVersion(Math.Max(1, Number(0)), Number(1), ofTensorFlow);
    }
}
