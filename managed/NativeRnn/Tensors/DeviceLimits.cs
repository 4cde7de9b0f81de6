namespace NativeRnn;

/// <summary>What a device can do at most, as <see cref="Device.MeasureLimits"/> has measured it.</summary>
/// <param name="Gflops">
/// Multiply-adds of 32-bit floats, two operations each, of all threads together, in registers alone; 10^9 operations a
/// second.
/// </param>
/// <param name="GigabytesPerSecond">Reading memory, all threads together; 10^9 bytes a second.</param>
public readonly record struct DeviceLimits(float Gflops, float GigabytesPerSecond);
