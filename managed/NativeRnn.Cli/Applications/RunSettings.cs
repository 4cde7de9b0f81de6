namespace NativeRnn.Cli.Applications;

/// <summary>What every training run is told; see <see cref="RunFlags"/>.</summary>
/// <param name="Seed">Of all random numbers.</param>
/// <param name="Device">Where it computes.</param>
/// <param name="MaxSeconds">The seconds to train at most; null: as long as the epochs take.</param>
/// <param name="Directory">Where the model and the pictures go; null: a place named after the data.</param>
/// <param name="Json">The file of the results, or null.</param>
internal sealed record RunSettings(
    long Seed, DeviceOptions Device, double? MaxSeconds, string? Directory, string? Json);
