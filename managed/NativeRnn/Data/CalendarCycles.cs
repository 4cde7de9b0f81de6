namespace NativeRnn.Data;

/// <summary>What repeats in a calendar.</summary>
[Flags]
public enum CalendarCycles
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The time of day.</summary>
    Day = 1,

    /// <summary>The day of the week.</summary>
    Week = 2,

    /// <summary>The day of the year.</summary>
    Year = 4,
}
