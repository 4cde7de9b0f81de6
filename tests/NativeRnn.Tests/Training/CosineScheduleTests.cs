using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

public class CosineScheduleTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.1, 1)]
    [InlineData(0.2, 2)]
    [InlineData(0.6, 1.1)]
    [InlineData(1, 0.2)]
    [InlineData(2, 0.2)]
    public void At_RisesThenFalls(double progress, float rate) =>
        Assert.Equal(rate, new CosineSchedule(2, steps: 50, warmUp: 0.2, floor: 0.1).At(progress), 1e-6f);

    [Theory]
    [InlineData(0, 2f)]
    [InlineData(25, 1f)]
    [InlineData(50, 0f)]
    [InlineData(90, 0f)]
    public void RateAt_FallsAlongAHalfCosine(long step, float rate) =>
        Assert.Equal(rate, new CosineSchedule(2, steps: 50).RateAt(step), 1e-6f);

    [Theory]
    [InlineData(-1f, 1, 0, 0, "peak")]
    [InlineData(1f, 0, 0, 0, "steps")]
    [InlineData(1f, 1, 1, 0, "warmUp")]
    [InlineData(1f, 1, 0, 2, "floor")]
    public void Constructor_OfNoSchedule_Refuses(
        float peak, long steps, double warmUp, double floor, string name) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(
            () => new CosineSchedule(peak, steps, warmUp, floor)).ParamName);
}
