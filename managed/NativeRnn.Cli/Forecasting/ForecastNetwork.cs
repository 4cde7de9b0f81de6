using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Cli.Forecasting;

/// <summary>
/// The network: recurrent layers over the window, and from the last step's output all steps of the horizon at once.
/// </summary>
internal static class ForecastNetwork
{
    // The rate rises over the first tenth of the steps.
    private const double WarmUp = 0.1;

    /// <param name="settings">What was asked for.</param>
    /// <param name="seed">Of the weights and of dropout.</param>
    /// <param name="windows">The shape of a batch of windows.</param>
    /// <param name="steps">Steps of the training.</param>
    /// <param name="device">Where it computes.</param>
    public static Sequential Create(
        ForecastSettings settings, long seed, ReadOnlySpan<int> windows, long steps, Device device)
    {
        RandomSeed.Set(seed);
        ForecastNetworkSettings chosen = settings.Network;
        int quantiles = settings.Quantiles.Count;
        Sequential network = new();
        for (int layer = 1; layer <= chosen.Layers; layer++)
        {
            network.Add(Recurrent(chosen, returnSequences: layer < chosen.Layers));
            network.Add(new Dropout(chosen.Dropout));
        }

        network.Add(new Dense(settings.Horizon * Math.Max(1, quantiles)));
        if (quantiles > 0)
        {
            network.Add(new Reshape(settings.Horizon, quantiles));
        }

        network.Build(windows, device: device);
        network.Compile(
            quantiles > 0 ? new QuantileLoss([.. settings.Quantiles]) : chosen.Loss(),
            new AdamW(weightDecay: chosen.WeightDecay)
            {
                Schedule = new CosineSchedule(chosen.LearningRate, steps, WarmUp),
            });
        return network;
    }

    private static Module Recurrent(ForecastNetworkSettings chosen, bool returnSequences) => chosen.Cell switch
    {
        RnnCell.Lstm => new Lstm(chosen.Hidden, returnSequences),
        RnnCell.Gru => new Gru(chosen.Hidden, returnSequences),
        _ => new SimpleRnn(chosen.Hidden, returnSequences),
    };
}
