using System.Globalization;
using CsCheck;
using Xunit.Abstractions;

namespace NativeRnn.Tests.Layers;

/// <summary>
/// Recurrent layers with random sizes and options against the reference in double: values and
/// gradients. The environment variable NATIVERNN_RANDOM_SEED, a number, draws others than the usual
/// ones.
/// </summary>
public sealed class RandomConfigurationTests(ITestOutputHelper output)
{
    private const string SeedVariable = "NATIVERNN_RANDOM_SEED";
    private const int Configurations = 500;

    // Configurations drawn to find a smaller one that fails, too.
    private const int Shrinking = 500;

    // One in fifty may sit on a kink of its functions.
    private const int MostWithoutResult = Configurations / 50;

    [Fact]
    public void PlainCells_WithRandomConfigurations_MatchReference() => Check(withOptions: false);

    [SkippableFact]
    public void CellsWithOptions_WithRandomConfigurations_MatchReference()
    {
        TestDevice.SkipOptionsOnCuda();
        Check(withOptions: true);
    }

    private void Check(bool withOptions)
    {
        int withoutResult = 0;
        string? failed = null;
        var configurations = Drawn().FindAll(
            drawn => drawn.Configuration.HasCellOptions == withOptions);
        Parallel.ForEach(configurations, (drawn, loop) =>
        {
            if (Failure(drawn.Configuration, ref withoutResult) is not null)
            {
                failed = drawn.State;
                loop.Stop();
            }
        });

        if (failed is not null)
        {
            Shrink(failed);
        }

        output.WriteLine($"{withoutResult} of {configurations.Count} configurations sit on a kink");
        Assert.InRange(configurations.Count, Configurations / 8, Configurations);
        Assert.InRange(withoutResult, 0, MostWithoutResult);
    }

    // The generator's state before each makes CsCheck draw it again.
    private static List<(string State, RandomConfiguration Configuration)> Drawn()
    {
        string? given = Environment.GetEnvironmentVariable(SeedVariable);
        ulong seed = given is null ? 1 : ulong.Parse(given, CultureInfo.InvariantCulture);
        PCG generator = new(1, seed);
        List<(string, RandomConfiguration)> drawn = [];
        for (int index = 0; index < Configurations; index++)
        {
            string state = generator.ToString();
            drawn.Add((state, RandomConfigurations.All.Generate(generator, null, out _)));
        }

        return drawn;
    }

    private static Exception? Failure(RandomConfiguration drawn, ref int withoutResult)
    {
        try
        {
            if (!new RandomRun(drawn).Check())
            {
                Interlocked.Increment(ref withoutResult);
            }

            return null;
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            return error;
        }
    }

    // CsCheck draws the failure again, looks for a smaller one and throws with its line.
    private static void Shrink(string state)
    {
        RandomConfigurations.All.Sample(
            drawn => { new RandomRun(drawn).Check(); },
            seed: state, iter: Shrinking, threads: 1, print: drawn => drawn.ToString());
        Assert.Fail($"the configuration of CsCheck's seed {state} fails at times only");
    }
}
