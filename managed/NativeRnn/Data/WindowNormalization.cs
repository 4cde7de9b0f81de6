namespace NativeRnn.Data;

/// <summary>What the numbers of a window are measured from.</summary>
public enum WindowNormalization
{
    /// <summary>They stay as they are.</summary>
    None,

    /// <summary>
    /// What is foretold is measured from the last number that the forecast sees: a model that gives 0 says that nothing
    /// changes. What it sees stays as it is.
    /// </summary>
    LastValue,

    /// <summary>
    /// What it sees of the series and what is foretold are both measured from the last number, in units of the window's
    /// usual step, the root of the mean square of its changes: for series whose level or unrest drifts, such as prices.
    /// Each step also gets the logarithm of that unit. After Kim 2022 (RevIN), which takes mean and deviation.
    /// </summary>
    LastValueAndStep,
}
