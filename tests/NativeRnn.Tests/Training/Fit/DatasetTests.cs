using NativeRnn.Formats;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training.Fit;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class DatasetTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Batches_InOrder_HoldEachSampleOnce()
    {
        Assert.Equal(
            [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]], Targets(Numbered(10).Batch(4), epoch: 1));
        Assert.Equal([[0, 1, 2, 3], [4, 5, 6, 7]], Targets(Numbered(10).Batch(4, dropLast: true), 1));
        Assert.Equal(3, Numbered(10).Batch(4).BatchCount);
    }

    [Fact]
    public void Shuffle_IsAFunctionOfSeedAndEpoch()
    {
        Dataset data = Numbered(20).Shuffle(7).Batch(6);

        int[][] second = Targets(data, epoch: 2);

        Assert.Equal(second, Targets(Numbered(20).Shuffle(7).Batch(6), epoch: 2));
        Assert.NotEqual(second, Targets(data, epoch: 1));
        Assert.NotEqual(second, Targets(data.Shuffle(8), epoch: 2));
        Assert.Equal(Enumerable.Range(0, 20), second.SelectMany(batch => batch).Order());
    }

    [Fact]
    public void Batches_WithSkip_AreTheRestOfTheEpoch()
    {
        Dataset data = Numbered(20).Shuffle(7).BucketByLength(2, 4).Batch(3);

        Assert.Equal(Targets(data, 5)[4..], Targets(data, 5, skip: 4));
    }

    [Fact]
    public void BucketByLength_MakesBatchesOfLikeLengths_PaddedToTheirLongest()
    {
        // Sample i has 1 + i % 5 steps.
        Dataset data = Numbered(40).Shuffle(1).BucketByLength(3, 5).Batch(4).Pad(input: -7);

        Batch[] batches = [.. data.Batches(1, device: _device)];

        Assert.Equal(40, batches.Sum(batch => batch.Rows));
        Assert.Contains(batches, batch => batch.Lengths is not null);
        foreach (Batch batch in batches)
        {
            int steps = batch.Input.Shape[1];
            int[] lengths = batch.Lengths?.ToInt32Array() ?? [.. Enumerable.Repeat(steps, batch.Rows)];
            Assert.Equal(steps, lengths.Max());
            Assert.Single(lengths.Select(length => length < 3 ? 0 : length < 5 ? 1 : 2).Distinct());
            float[] input = batch.Input.ToArray();
            int[] targets = batch.Target.ToInt32Array();
            for (int row = 0; row < batch.Rows; row++)
            {
                Assert.Equal(1 + (targets[row] % 5), lengths[row]);
                for (int step = 0; step < steps; step++)
                {
                    Assert.Equal(step < lengths[row] ? targets[row] : -7, input[(row * steps) + step]);
                }
            }
        }
    }

    [Fact]
    public void Pad_OfTargetsWithSteps_FillsThem()
    {
        Sample[] samples =
        [
            new(new float[,] { { 1 }, { 2 } }, new HostTensor([4, 5], 2)),
            new(new float[,] { { 3 } }, new HostTensor([6], 1)),
        ];

        Batch batch = Dataset.FromSamples(samples).Pad(target: -1).Batches(device: _device).Single();

        Assert.Equal([4, 5, 6, -1], batch.Target.ToInt32Array());
        Assert.Equal([2, 1], batch.Lengths!.ToInt32Array());
        Assert.Null(batch.Weights);
    }

    [Fact]
    public void Pad_OfLabelsThatHaveLengthsOfTheirOwn_EndsThemByANegativeNumber()
    {
        Dataset data = Dataset.FromSamples(
        [
            new Sample(new float[5, 2], new[] { 3, 1 }),
            new Sample(new float[7, 2], new[] { 2 }),
        ]).Batch(2);

        Batch batch = data.Pad(target: -1).Batches(device: _device).Single();

        Assert.Equal([2, 7, 2], batch.Input.Shape.ToArray());
        Assert.Equal([5, 7], batch.Lengths!.ToInt32Array());
        Assert.Equal([2, 2], batch.Target.Shape.ToArray());
        Assert.Equal([3, 1, 2, -1], batch.Target.ToInt32Array());
        var error = Assert.Throws<InvalidOperationException>(() => data.Batches(device: _device).Single());
        Assert.Contains("Pad(target: -1)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromTensors_ThenMap_ChangesSamples()
    {
        using Tensor x = Tensor.From([1f, 2, 3, 4], [2, 2], _device);
        using Tensor y = Tensor.From([7, 8], [2], _device);
        using Tensor weights = Tensor.From([1f, 3], [2], _device);
        Dataset data = Dataset.FromTensors(x, y, weights)
            .Map(sample => sample with { Target = sample.Input.Length, Weight = 2 * sample.Weight });

        Batch batch = data.Batches(device: _device).Single();

        Assert.Equal([1f, 2, 3, 4], batch.Input.ToArray());
        Assert.Equal([2, 2], batch.Target.ToInt32Array());
        Assert.Equal([2f, 6], batch.Weights!.ToArray());
    }

    [Fact]
    public void Split_CutsOffTheLastSamples()
    {
        (Dataset training, Dataset validation) = Numbered(10).Batch(20).Split(0.3f);

        Assert.Equal([[0, 1, 2, 3, 4, 5, 6]], Targets(training, 1));
        Assert.Equal([[7, 8, 9]], Targets(validation, 1));
    }

    [Fact]
    public void Prefetch_GivesTheSameBatches_FromAnotherThread()
    {
        int own = Environment.CurrentManagedThreadId;
        List<int> threads = [];
        Dataset data = Numbered(30).Shuffle(2).Batch(4);
        Dataset prefetched = data.Map(sample =>
        {
            threads.Add(Environment.CurrentManagedThreadId);
            return sample;
        }).Prefetch(3);

        Assert.Equal(Targets(data, 3), Targets(prefetched, 3));
        Assert.DoesNotContain(own, threads);
    }

    [Fact]
    public void Prefetch_OfASampleThatFails_ThrowsWhereItsBatchWouldBe()
    {
        Dataset data = Dataset.FromSamples(10, index => index < 7
            ? new Sample(index, index)
            : throw new ModelFormatException("sample 7 is damaged")).Batch(2).Prefetch(2);
        int taken = 0;

        ModelFormatException exception = Assert.Throws<ModelFormatException>(() =>
        {
            foreach (Batch _ in data.Batches(device: _device))
            {
                taken++;
            }
        });

        Assert.Equal("sample 7 is damaged", exception.Message);
        Assert.Equal(3, taken);
    }

    [Fact]
    public void Prefetch_WhenLeftEarly_StopsItsThread()
    {
        int made = 0;
        Dataset data = Dataset.FromSamples(1000, index =>
        {
            Interlocked.Increment(ref made);
            return new Sample(index, index);
        }).Batch(1).Prefetch(2);

        foreach (Batch _ in data.Batches(device: _device))
        {
            break;
        }

        int then = made;
        Thread.Sleep(20);
        Assert.Equal(then, made);
        Assert.True(made < 10, $"{made} samples were made for one batch");
    }

    [Fact]
    public void WrongSettings_AreNamed()
    {
        Assert.Equal("count", Name(() => Dataset.FromSamples([])));
        Assert.Equal("size", Name(() => Numbered(2).Batch(0)));
        Assert.Equal("boundaries", Name(() => Numbered(2).BucketByLength(3, 3)));
        Assert.Equal("batches", Name(() => Numbered(2).Prefetch(0)));
        Assert.Equal("validationPart", Name(() => Numbered(2).Split(1)));
        Assert.Equal("shape", Name(() => _ = new HostTensor([1f, 2], 3)));
        Assert.Contains("-1", Assert.Throws<InvalidOperationException>(
            () => Targets(Dataset.FromSamples([new Sample(1, 1, -1)]), 1)).Message, StringComparison.Ordinal);
        Assert.Contains("Float32 []", Assert.Throws<InvalidOperationException>(() => Targets(
            Dataset.FromSamples([new Sample(new float[] { 1 }, 1), new Sample(2f, 1)]), 1)).Message,
            StringComparison.Ordinal);
    }

    private static string? Name(Action action) => Assert.ThrowsAny<ArgumentException>(action).ParamName;

    // Sample i is i at each of its 1 + i % 5 steps.
    private static Dataset Numbered(int count) => Dataset.FromSamples(count, index => new Sample(
        new HostTensor([.. Enumerable.Repeat((float)index, 1 + (index % 5))], 1 + (index % 5), 1), index));

    private int[][] Targets(Dataset data, int epoch, int skip = 0) =>
        [.. data.Batches(epoch, skip, _device).Select(batch => batch.Target.ToInt32Array())];
}
