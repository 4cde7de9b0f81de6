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
        Assert.Equal(rate, new CosineSchedule(2, warmUp: 0.2, floor: 0.1).At(progress), 1e-6f);

    [Theory]
    [InlineData(-1f, 0, 0)]
    [InlineData(1f, 1, 0)]
    [InlineData(1f, 0, 2)]
    public void Constructor_OfNoSchedule_Refuses(float peak, double warmUp, double floor) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineSchedule(peak, warmUp, floor));
}
