namespace Benchmarks;

/// <summary>The recurrent cells that all libraries have.</summary>
internal enum Cell
{
    Lstm,
    Gru,
    Rnn,
}
