using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>What a recurrent layer was made with; checked when it is made.</summary>
internal sealed record RecurrentSettings
{
    /// <summary>As the native library: the most layers.</summary>
    internal const int MaxLayers = 64;

    internal required RnnCell Cell { get; init; }

    internal required int HiddenSize { get; init; }

    internal int NumLayers { get; init; } = 1;

    internal bool Bidirectional { get; init; }

    internal bool BatchFirst { get; init; }

    internal bool Bias { get; init; } = true;

    internal bool ResetAfter { get; init; } = true;

    internal float Dropout { get; init; }

    /// <summary>Keras' initial weights and its habit to give the last step only.</summary>
    internal bool KerasStyle { get; init; }

    internal bool ReturnSequences { get; init; } = true;

    internal RecurrentOptions Options { get; init; } = RecurrentOptions.Default;

    /// <summary>LSTM: numbers of h after the projection; 0: none.</summary>
    internal int ProjectionSize { get; init; }

    /// <summary>
    /// Whether training and evaluation differ: dropout between layers, which spares the last one,
    /// and the cells' options.
    /// </summary>
    internal bool Drops => (Dropout > 0 && NumLayers > 1) || Options.ActsInTraining;

    /// <summary>Whether something is drawn anew at each step.</summary>
    internal bool DropsBySteps =>
        (Dropout > 0 && NumLayers > 1) || Options.ZoneoutHidden > 0 || Options.ZoneoutCell > 0;

    internal int Directions => Bidirectional ? 2 : 1;

    /// <summary>Numbers of h: the projection's, or H.</summary>
    internal int OutputSize => ProjectionSize > 0 ? ProjectionSize : HiddenSize;

    internal int Gates => Cell switch
    {
        RnnCell.Lstm => Options.CoupledGates ? 3 : 4,
        RnnCell.Gru => 3,
        _ => 1,
    };

    /// <summary>Checks the sizes; hiddenName: what the caller calls the hidden size.</summary>
    internal RecurrentSettings Checked(string hiddenName)
    {
        Sizes.Require(HiddenSize, hiddenName);
        Sizes.Require(NumLayers, "numLayers", MaxLayers);
        Sizes.RequireRate(Dropout, "dropout");
        RequireProjection(ProjectionSize, "projSize");
        Options.CheckLayer();
        RequireCheckpoints();
        Options.Check(Cell, ProjectionSize > 0);
        return this;
    }

    /// <summary>Refuses what acts in training only: single steps have nothing of it.</summary>
    internal void RequireNoDrops()
    {
        const string Name = "options";
        if (Options.ActsInTraining)
        {
            throw new ArgumentException(
                $"{Name} have {Options.ActiveInTraining}, but a cell has no dropout or zoneout: " +
                "set them to 0, or take the layer of whole sequences", Name);
        }
    }

    // Parts of a sequence share one seed, or have one each: not both. The runs of two directions
    // have none.
    private void RequireCheckpoints()
    {
        const string Name = "options.CheckpointSteps";
        if (Options.CheckpointSteps is not int steps)
        {
            return;
        }

        if (Bidirectional && Options.ActsInTraining)
        {
            throw new ArgumentException(
                $"{Name} is {steps}, but a bidirectional layer with the dropout or zoneout of its " +
                $"options ({Options.ActiveInTraining}) can't run in parts: set {Name} to null, or " +
                "wrap two layers of one direction in Bidirectional", Name);
        }

        if (DropsBySteps && Options.DropsBySequences)
        {
            throw new ArgumentException(
                $"{Name} is {steps}, but masks of whole sequences (options' Dropout, " +
                "RecurrentDropout, WeightDropout) and masks of each step (dropout between layers, " +
                $"zoneout) can't run in parts together; options have {Options.ActiveInTraining}, " +
                $"dropout is {Dropout}: set one kind to 0, or {Name} to null", Name);
        }
    }

    private void RequireProjection(int size, string name)
    {
        if (size < 0 || (size > 0 && size >= HiddenSize))
        {
            throw new ArgumentOutOfRangeException(
                name, size, $"{name} must be 0 (none) to {HiddenSize - 1}, below the hidden size");
        }
    }

    /// <param name="inputSize">I.</param>
    /// <param name="evaluation">A plan that never drops, also with a reserve.</param>
    internal RnnConfig ToConfig(int inputSize, bool evaluation)
    {
        RnnConfig config = new()
        {
            Cell = (int)Cell,
            ResetAfter = Cell == RnnCell.Gru && ResetAfter ? 1 : 0,
            NumLayers = NumLayers,
            Directions = Directions,
            BatchFirst = BatchFirst ? 1 : 0,
            Bias = Bias ? 1 : 0,
            InputSize = inputSize,
            HiddenSize = HiddenSize,
            Dropout = Dropout,
            ProjectionSize = ProjectionSize,
            Evaluation = evaluation ? 1 : 0,
        };
        Options.Apply(Cell, ref config);
        return config;
    }
}
