using NativeRnn.Package;
using NativeRnn.Tests.Interop;
using SkiaSharp;

namespace NativeRnn.Tests.Package;

/// <summary>The icon in the tree is what tests/package/Icon draws.</summary>
public class IconTests
{
    [Fact]
    public void Icon_IsWhatTheCodeDraws()
    {
        using SKBitmap icon = SKBitmap.Decode(NativeBuild.RepositoryFile("managed/NativeRnn/icon.png"),
            new SKImageInfo(IconDrawing.Size, IconDrawing.Size, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        byte[] drawn = IconDrawing.Draw();

        Assert.Equal(drawn.Length, icon.ByteCount);
        ReadOnlySpan<byte> pixels = icon.GetPixelSpan();
        int worst = 0;
        for (int i = 0; i < drawn.Length; i++)
            worst = Math.Max(worst, Math.Abs(drawn[i] - pixels[i]));

        // One level: where another machine's sine rounds to the other side.
        Assert.InRange(worst, 0, 1);
    }
}
