using NativeRnn.Plotting;
using NativeRnn.Tests.Cli;

namespace NativeRnn.Tests.Plotting;

/// <summary>Numbers drawn as colours.</summary>
public sealed class HeatMapPictureTests : IDisposable
{
    private static readonly byte[] PngSignature = [0x89, (byte)'P', (byte)'N', (byte)'G'];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Save_OfAMatrix_WritesAPng(bool upward)
    {
        string path = _directory.File("matrix.png");

        HeatMapPicture picture = Picture(new double[,] { { 3, 1, double.NaN }, { 0, 4, 2 } }) with
        {
            IsUpward = upward, ShowsNumbers = true, Marks = [(1.5, "seven")],
        };
        picture.Save(path);

        Assert.Equal(PngSignature, File.ReadAllBytes(path).Take(4));
    }

    [Fact]
    public void Save_OfOtherNumbers_DrawsAnotherPicture()
    {
        byte[] Drawn(double[,] values)
        {
            string path = _directory.File("picture.png");
            Picture(values).Save(path);
            return File.ReadAllBytes(path);
        }

        byte[] one = Drawn(new double[,] { { 1, 2 }, { 3, 4 } });

        Assert.Equal(one, Drawn(new double[,] { { 1, 2 }, { 3, 4 } }));
        Assert.NotEqual(one, Drawn(new double[,] { { 4, 3 }, { 2, 1 } }));
    }

    [Fact]
    public void Save_WithTicksAndSpans_DrawsThem()
    {
        byte[] Drawn(HeatMapPicture picture)
        {
            string path = _directory.File("picture.png");
            picture.Save(path);
            return File.ReadAllBytes(path);
        }

        HeatMapPicture picture = Picture(new double[,] { { 1, 2 }, { 3, 4 } });

        Assert.NotEqual(Drawn(picture), Drawn(picture with { ColumnTicks = [(0.5, "1 s")] }));
        Assert.NotEqual(Drawn(picture), Drawn(picture with { RowTicks = [(1, "200 Hz")] }));
        Assert.NotEqual(Drawn(picture), Drawn(picture with { Spans = [(0.2, 0.4)] }));
    }

    [Fact]
    public void Save_WithNamesThatDoNotFit_SaysSo()
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => (Picture(new double[2, 2]) with { RowNames = ["a", "b", "c"] }).Save(_directory.File("x.png")));
        Assert.Contains("RowNames has 3 names, must have 2", exception.Message, StringComparison.Ordinal);

        exception = Assert.Throws<ArgumentException>(() => Picture(new double[0, 2]).Save(_directory.File("x.png")));
        Assert.Contains("[0, 2]", exception.Message, StringComparison.Ordinal);
    }

    private static HeatMapPicture Picture(double[,] values) => new()
    {
        Title = "Counts", XLabel = "said", YLabel = "meant", Values = values,
    };
}
