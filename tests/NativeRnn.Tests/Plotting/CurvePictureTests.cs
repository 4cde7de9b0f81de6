using NativeRnn.Plotting;
using NativeRnn.Tests.Cli;

namespace NativeRnn.Tests.Plotting;

/// <summary>Curves and bands as pictures.</summary>
public sealed class CurvePictureTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Save_WithABand_DrawsIt()
    {
        byte[] line = Drawn([]);

        byte[] wide = Drawn([new Band("range", [(0, 0, 4), (1, 1, 5), (2, double.NaN, 5)])]);

        Assert.Equal("PNG"u8.ToArray(), line[1..4]);
        Assert.NotEqual(line, wide);
        Assert.Equal(line, Drawn([new Band("nothing", [(0, 0, double.NaN)])]));
    }

    private byte[] Drawn(IReadOnlyList<Band> bands)
    {
        string path = _directory.File("picture.png");
        new CurvePicture
        {
            Title = "Forecasts", XLabel = "step", YLabel = "flow", Bands = bands,
            Curves = [new Curve("flow", [(0, 1), (1, 3), (2, 2)])],
        }.Save(path);
        return File.ReadAllBytes(path);
    }
}
