namespace NativeRnn.Package;

/// <summary>
/// The packages' icon: an arrow that comes back to where it began, around a wave. A pixel is covered by a shape as far
/// as its centre is inside of it, in pixels.
/// </summary>
internal static class IconDrawing
{
    /// <summary>Pixels of a side.</summary>
    public const int Size = 128;

    private const double Centre = Size / 2.0;
    private const double CornerRadius = 26;
    private const double RingRadius = 43, RingHalfWidth = 4.5;
    // Where the ring is open, in radians from the right, clockwise; the head of the arrow is at the gap's beginning.
    private const double GapStart = -0.85, GapEnd = -0.15;
    private const double HeadLength = 17, HeadHalfWidth = 13;
    private const double WaveHalfLength = 27, WaveHeight = 13, WaveHalfWidth = 3.5;

    private static readonly (double R, double G, double B) Background = (22, 44, 92);
    private static readonly (double R, double G, double B) Ring = (255, 255, 255);
    private static readonly (double R, double G, double B) Wave = (255, 176, 46);

    /// <summary>
    /// The pixels row by row, four bytes each: red, green, blue, opacity, colours not multiplied by it.
    /// </summary>
    public static byte[] Draw()
    {
        byte[] pixels = new byte[Size * Size * 4];
        for (int row = 0; row < Size; row++)
        {
            for (int column = 0; column < Size; column++)
            {
                double x = column + 0.5 - Centre, y = row + 0.5 - Centre;
                double arrow = Math.Min(ToRing(x, y), ToHead(x, y));
                (double R, double G, double B) colour = Mix(Background, Ring, Covered(arrow));
                colour = Mix(colour, Wave, Covered(ToWave(x, y)));
                int at = 4 * ((row * Size) + column);
                pixels[at] = Level(colour.R);
                pixels[at + 1] = Level(colour.G);
                pixels[at + 2] = Level(colour.B);
                pixels[at + 3] = Level(255 * Covered(ToSquare(x, y)));
            }
        }
        return pixels;
    }

    private static byte Level(double value) => (byte)Math.Round(value);

    private static double Covered(double distance) => Math.Clamp(0.5 - distance, 0, 1);

    private static (double R, double G, double B) Mix(
        (double R, double G, double B) below, (double R, double G, double B) above, double covered) =>
        (below.R + ((above.R - below.R) * covered), below.G + ((above.G - below.G) * covered),
            below.B + ((above.B - below.B) * covered));

    // Distances from the middle of the icon to an outline, in pixels, negative inside.
    private static double ToSquare(double x, double y)
    {
        double dx = Math.Abs(x) - Centre + CornerRadius, dy = Math.Abs(y) - Centre + CornerRadius;
        return Math.Min(Math.Max(dx, dy), 0) + Length(Math.Max(dx, 0), Math.Max(dy, 0)) - CornerRadius;
    }

    private static double ToRing(double x, double y)
    {
        double angle = Math.Atan2(y, x);
        bool inGap = angle > GapStart && angle < GapEnd;
        return inGap ? Length(x - (RingRadius * Math.Cos(GapEnd)), y - (RingRadius * Math.Sin(GapEnd))) - RingHalfWidth
            : Math.Abs(Length(x, y) - RingRadius) - RingHalfWidth;
    }

    // A triangle that goes on along the ring from where it ends.
    private static double ToHead(double x, double y)
    {
        double cos = Math.Cos(GapStart), sin = Math.Sin(GapStart);
        double across = (x * cos) + (y * sin) - RingRadius, along = (y * cos) - (x * sin);
        double side = HeadHalfWidth / Length(HeadHalfWidth, HeadLength);
        double front = ((Math.Abs(across) - HeadHalfWidth) * HeadLength / HeadHalfWidth) + along;
        return Math.Max(-along, front * side);
    }

    private static double ToWave(double x, double y)
    {
        double nearest = double.MaxValue;
        for (double at = -WaveHalfLength; at <= WaveHalfLength; at += 0.25)
        {
            double height = -WaveHeight * Math.Sin(Math.PI * at / WaveHalfLength);
            nearest = Math.Min(nearest, Length(x - at, y - height));
        }
        return nearest - WaveHalfWidth;
    }

    private static double Length(double x, double y) => Math.Sqrt((x * x) + (y * y));
}
