// Draws the packages' icon into the file that is named.
using System.Runtime.InteropServices;
using NativeRnn.Package;
using SkiaSharp;

if (args is not [string path])
{
    Console.Error.WriteLine("which file? For example managed/NativeRnn/icon.png");
    return 2;
}

using SKBitmap bitmap = new(IconDrawing.Size, IconDrawing.Size, SKColorType.Rgba8888, SKAlphaType.Unpremul);
byte[] pixels = IconDrawing.Draw();
Marshal.Copy(pixels, 0, bitmap.GetPixels(), pixels.Length);
using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
File.WriteAllBytes(path, png.ToArray());
return 0;
