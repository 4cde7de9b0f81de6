namespace Benchmarks;

/// <summary>
/// Trains the model in the chosen libraries from the same weights on the same batches, a step of one
/// after a step of the other, and compares losses and speed.
/// </summary>
internal sealed class TrainBenchmark(Setup setup, CharacterBatches text)
{
    // Steps before the clock runs; steps whose losses are compared, and how far they may be apart.
    private const int WarmUp = 3;
    private const int Compared = 20;
    private const double Tolerance = 1e-4;

    private readonly int[] _inputs = new int[setup.CharactersPerStep];
    private readonly int[] _targets = new int[setup.CharactersPerStep];

    /// <returns>0, or 1 where the losses differ.</returns>
    public int Run(Library library, int steps, FileInfo? json)
    {
        MachineInfo machine = MachineInfo.Of(setup);
        machine.Print(Console.Out);
        Console.WriteLine(
            $"model            {setup.Cell}, {setup.Layers} x {setup.Hidden}, embedding " +
            $"{setup.Embedding}, batch {setup.Batch}, sequence {setup.Sequence}");
        Console.WriteLine($"text             {text.Name}, {text.Vocabulary} characters");
        ITrainer[] trainers = Peers.Make<ITrainer>(
            library, () => new NativeRnnTrainer(setup), () => new TorchSharpTrainer(setup));
        Meter[] meters = [.. trainers.Select(trainer => new Meter(trainer.Name))];
        List<float[]> losses = [];
        for (int step = 0; step < WarmUp + steps; step++)
        {
            text.Fill(step, _inputs, _targets);
            losses.Add([.. trainers.Zip(meters, (trainer, meter) => step < WarmUp
                ? trainer.Step(_inputs, _targets)
                : meter.Run(() => trainer.Step(_inputs, _targets)))]);
        }

        Array.ForEach(trainers, trainer => trainer.Dispose());
        SpeedResult[] speeds = [.. meters.Select(
            meter => meter.Result(setup.CharactersPerStep, setup.TrainingFlops()))];
        double difference = Report.Losses(meters, losses.Take(Compared));
        Report.Speeds(speeds);
        Report.Save(json, new TrainResult(machine, setup, text.Name, speeds, losses, difference));
        return difference <= Tolerance ? 0 : 1;
    }
}

/// <summary>What a training run gave; the losses of a step in the order of the speeds.</summary>
internal sealed record TrainResult(
    MachineInfo Machine,
    Setup Setup,
    string Text,
    SpeedResult[] Speeds,
    List<float[]> Losses,
    double LargestRelativeDifference);
