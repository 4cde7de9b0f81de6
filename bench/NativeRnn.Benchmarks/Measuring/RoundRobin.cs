using System.Diagnostics;

namespace Benchmarks;

/// <summary>
/// Times the contestants in turns, so that what else the machine does meets all of them alike.
/// </summary>
internal static class RoundRobin
{
    // Each contestant has three turns at least; a case that has taken so many seconds and more than was
    // asked for ends with fewer. A turn of short calls takes so many seconds, a long call is a turn.
    private const int LeastTurns = 3;
    private const double MostSeconds = 0.8;
    private const double TurnSeconds = 0.008;
    private const double LongCall = 0.05;

    // A library's threads wait for more work by spinning, for some milliseconds after a call.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <param name="contest">What runs; its results have been compared, which has warmed it up.</param>
    /// <param name="seconds">How long to take turns.</param>
    /// <returns>The median milliseconds of a call, in the order of the contestants.</returns>
    public static double[] Milliseconds(Contest contest, double seconds)
    {
        Turns[] all = [.. contest.Contestants.Select(contestant => new Turns(contestant))];
        long start = Stopwatch.GetTimestamp();
        Array.ForEach(all, turns => turns.WarmUp());
        while (WantsMore(all, Stopwatch.GetElapsedTime(start).TotalSeconds, seconds))
        {
            Array.ForEach(all, turns => turns.Take());
        }

        return [.. all.Select(turns => turns.MedianMilliseconds)];
    }

    private static bool WantsMore(Turns[] all, double taken, double seconds)
    {
        int turns = all.Min(one => one.Count);
        return turns == 0 || taken < seconds || (turns < LeastTurns && taken < MostSeconds);
    }

    private sealed class Turns(IContestant contestant)
    {
        private readonly List<double> _seconds = [];
        private int _calls = 1;

        public int Count => _seconds.Count;

        public double MedianMilliseconds
        {
            get
            {
                double[] sorted = [.. _seconds.Order()];
                return (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2 * 1e3;
            }
        }

        // A long call counts: it is warm since results were compared.
        public void WarmUp()
        {
            double seconds = Time(1);
            if (seconds >= LongCall)
            {
                _seconds.Add(seconds);
                return;
            }

            seconds = Math.Min(Time(1), Time(1));
            _calls = (int)Math.Clamp(TurnSeconds / seconds, 1, 10_000);
        }

        public void Take()
        {
            Thread.Sleep(Pause);
            if (_calls > 1)
            {
                contestant.Run();
            }

            _seconds.Add(Time(_calls) / _calls);
        }

        private double Time(int calls)
        {
            long start = Stopwatch.GetTimestamp();
            for (int call = 0; call < calls; call++)
            {
                contestant.Run();
            }

            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }
}
