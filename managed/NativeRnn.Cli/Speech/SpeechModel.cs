using NativeRnn.Cli.Applications;
using NativeRnn.Data;
using NativeRnn.Training;

namespace NativeRnn.Cli.Speech;

/// <summary>A network with its features: hears digits.</summary>
internal sealed class SpeechModel
{
    private const int BeamWidth = 8;

    private static readonly CtcDecoder Decoder = new(SpeechNetwork.Blank);

    private readonly Device _device;

    public SpeechModel(Sequential network, SpeechTask task, Device device)
    {
        (Network, Task, _device) = (network, task, device);
        Features = new SpeechFeatures(task.Stack, device.Threads);
    }

    public Sequential Network { get; }

    public SpeechTask Task { get; }

    public SpeechFeatures Features { get; }

    /// <exception cref="UserErrorException">There is no such model in the directory.</exception>
    public static SpeechModel Load(string directory, Device device)
    {
        (Sequential network, SpeechTask task) = ModelDirectory.Load<Sequential, SpeechTask>(
            directory, SpeechTask.Name, SpeechJson.Default.SpeechTask, device);
        if (task.Stack < 1 || !Enum.IsDefined(task.Kind))
        {
            throw new UserErrorException($"--model {directory}: task.json is damaged: the kind or the stack is wrong");
        }

        SpeechModel model = new(network, task, device);
        return model.Fits() ? model : throw new UserErrorException(
            $"--model {directory}: model.safetensors does not fit task.json, which says {task.Kind} of {task.Stack} frames");
    }

    public void Save(string directory) => ModelDirectory.Save(
        directory, SpeechTask.Name, Network, Task, SpeechJson.Default.SpeechTask);

    /// <summary>The probability of each digit, for a model of single digits.</summary>
    public double[] Probabilities(Waveform sound)
    {
        Tensor scores = Listen(sound);
        return [.. scores.Softmax().ToArray().Select(value => (double)value)];
    }

    /// <summary>The digits with their places in steps, for a model of strings.</summary>
    public IReadOnlyList<CtcSegment> Segments(Waveform sound)
    {
        Tensor scores = Listen(sound);
        return Decoder.Align(scores, [Decoder.PrefixBeam(scores, BeamWidth)[0][0].Labels])[0];
    }

    private Tensor Listen(Waveform sound)
    {
        float[,] steps = Features.Of(sound);
        return Network.Predict(
            Tensor.From([.. steps.Cast<float>()], [1, steps.GetLength(0), Features.Count], _device));
    }

    private bool Fits()
    {
        try
        {
            int[] shape = Listen(new Waveform(new float[SpeechFeatures.SampleRate], SpeechFeatures.SampleRate)).Shape.ToArray();
            return Task.Kind == SpeechKind.Digit
                ? shape is [1, SpeechData.Labels]
                : shape is [1, _, SpeechData.Labels + 1];
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
