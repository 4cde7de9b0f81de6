namespace Benchmarks;

/// <summary>
/// Runs the layers in the chosen libraries with the same weights and inputs, a call of one after
/// a call of the other, and compares outputs and speed.
/// </summary>
internal sealed class ForwardBenchmark(Setup setup)
{
    // Outputs lie in (-1, 1); float32 sums over 512 terms and 100 steps leave about 1e-6.
    private const double Tolerance = 1e-5;
    private const int WarmUp = 5;

    public ForwardResult Run(Library library, int calls)
    {
        MachineInfo machine = MachineInfo.Of(setup);
        machine.Print(Console.Out);
        Console.WriteLine(
            $"layers           {setup.Cell}, {setup.Layers} x {setup.Hidden}, input " +
            $"{setup.Embedding}, batch {setup.Batch}, sequence {setup.Sequence}");
        IForward[] peers = Peers.Make<IForward>(
            library, () => new NativeRnnForward(setup), () => new TorchSharpForward(setup));
        Meter[] meters = [.. peers.Select(peer => new Meter(peer.Name))];
        float[] input = Input();
        float[][] outputs = [.. peers.Select(_ => new float[setup.CharactersPerStep * setup.Hidden])];
        for (int call = 0; call < WarmUp + calls; call++)
        {
            for (int peer = 0; peer < peers.Length; peer++)
            {
                Call(peers[peer], call < WarmUp ? null : meters[peer], input, outputs[peer]);
            }
        }

        Array.ForEach(peers, peer => peer.Dispose());
        double difference = outputs[0].Zip(outputs[^1], (a, b) => Math.Abs(a - (double)b)).Max();
        SpeedResult[] speeds = [.. meters.Select(
            meter => meter.Result(setup.CharactersPerStep, setup.RecurrentFlops()))];
        Report.Speeds(speeds);
        Console.WriteLine($"largest difference of the outputs {difference:0.0e+0}");
        Console.WriteLine();
        return new ForwardResult(machine, setup, speeds, difference, difference <= Tolerance);
    }

    private static void Call(IForward peer, Meter? meter, float[] input, float[] output)
    {
        if (meter is null)
        {
            peer.Run(input, output);
        }
        else
        {
            meter.Run(() =>
            {
                peer.Run(input, output);
                return true;
            });
        }
    }

    private float[] Input()
    {
        Random random = new(1);
        float[] input = new float[setup.CharactersPerStep * setup.Embedding];
        for (int at = 0; at < input.Length; at++)
        {
            input[at] = (random.NextSingle() * 2) - 1;
        }

        return input;
    }
}

/// <summary>What a run of the layers gave.</summary>
internal sealed record ForwardResult(
    MachineInfo Machine, Setup Setup, SpeedResult[] Speeds, double LargestDifference, bool Agrees);
