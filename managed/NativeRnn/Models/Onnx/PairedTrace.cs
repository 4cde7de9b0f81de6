using System.Collections;

namespace NativeRnn.Models;

/// <summary>The operations of a model, each with what it was in every trial.</summary>
internal sealed class PairedTrace
{
    private readonly TrialRun[] _runs;
    private readonly ModelNames _names;
    private readonly Dictionary<Tensor, GraphValue>[] _values =
        [.. Enumerable.Range(0, TrialSizes.Count)
            .Select(_ => new Dictionary<Tensor, GraphValue>(ReferenceEqualityComparer.Instance))];

    internal PairedTrace(TrialRun[] runs, ModelNames names)
    {
        (_runs, _names) = (runs, names);
        Inputs = [.. runs[0].Inputs.Select((_, place) => Define(
            [.. runs.Select(run => run.Inputs[place])], isConstant: false))];
        int count = runs[0].Operations.Count;
        for (int place = 0; place < count; place++)
        {
            PairedOperation operation = Pair(place);
            if (operation.Kind == TracedKind.Unsupported
                && (operation.Inputs.Length == 0 || !operation.IsConstant))
            {
                throw names.Refuse(operation, operation.Details<string>());
            }

            Operations.Add(operation);
        }

        if (runs.Any(run => run.Operations.Count != count || run.Outputs.Length != runs[0].Outputs.Length))
        {
            throw Differ(Operations.LastOrDefault());
        }

        Outputs = [.. runs[0].Outputs.Select((output, place) => (
            output.Name, Find([.. runs.Select(run => run.Outputs[place].Tensor)], Operations.LastOrDefault())))];
    }

    internal GraphValue[] Inputs { get; }

    internal List<PairedOperation> Operations { get; } = [];

    internal (string Name, GraphValue Value)[] Outputs { get; }

    private PairedOperation Pair(int place)
    {
        TracedOperation first = _runs[0].Operations[place];
        PairedOperation unpaired = new([first], [], []);
        if (_runs.Any(run => place >= run.Operations.Count || !AreAlike(first, run.Operations[place])))
        {
            throw Differ(unpaired);
        }

        TracedOperation[] trials = [.. _runs.Select(run => run.Operations[place])];
        GraphValue?[] inputs = [.. first.Inputs.Select((input, index) => input is null
            ? null
            : Find([.. trials.Select(trial => trial.Inputs[index]!)], unpaired))];
        bool constant = Array.TrueForAll(inputs, input => input is null or { IsConstant: true });
        GraphValue[] outputs = [.. first.Outputs.Select((_, index) => Define(
            [.. trials.Select(trial => trial.Outputs[index])], constant))];
        PairedOperation operation = new(trials, inputs, outputs);
        Array.ForEach(outputs, output => output.Producer = operation);
        return operation;
    }

    private GraphValue Define(Tensor[] trials, bool isConstant)
    {
        GraphValue value = new(trials, isConstant);
        for (int trial = 0; trial < trials.Length; trial++)
        {
            _values[trial][trials[trial]] = value;
        }

        return value;
    }

    // A tensor that nothing traced has made is a constant.
    private GraphValue Find(Tensor[] trials, PairedOperation? operation)
    {
        GraphValue?[] known = [.. trials.Select((tensor, trial) => _values[trial].GetValueOrDefault(tensor))];
        if (Array.TrueForAll(known, value => value is null)
            && trials.All(tensor => tensor.Rank == trials[0].Rank && tensor.DType == trials[0].DType))
        {
            return Define(trials, isConstant: true);
        }

        return known[0] is GraphValue first && Array.TrueForAll(known, value => ReferenceEquals(value, first))
            ? first
            : throw Differ(operation);
    }

    private NotSupportedException Differ(PairedOperation? operation) => _names.Refuse(
        operation,
        "computes something else for other sizes of the free axes: a loop over the steps, or a choice by a size " +
        "or by numbers");

    private static bool AreAlike(TracedOperation a, TracedOperation b) =>
        a.Kind == b.Kind && a.Outputs.Length == b.Outputs.Length && a.Inputs.Length == b.Inputs.Length
        && a.Inputs.Zip(b.Inputs).All(pair => pair.First is null == pair.Second is null)
        && a.Outputs.Zip(b.Outputs).All(pair => pair.First.Rank == pair.Second.Rank)
        && (a.Kind == TracedKind.Slice || AreEqual(a.Details, b.Details));

    private static bool AreEqual(object? a, object? b) =>
        StructuralComparisons.StructuralEqualityComparer.Equals(a, b);
}
