using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <content>Batches of sequences of several lengths, and of masked steps.</content>
public sealed partial class Sequential
{
    /// <summary>Runs a batch: what the loss and the metrics get of it.</summary>
    internal JudgedBatch Judge(in Batch batch, Loss loss) =>
        Writer is Seq2Seq writer
            ? JudgedBatch.Of(writer, batch)
            : JudgedBatch.Of(ForwardMasked(batch.Input, MaskOf(batch)), batch.Target, loss);

    /// <summary>The only layer, if it is one that gets the targets as well as the inputs; else null.</summary>
    internal Seq2Seq? Writer => _layers.Count == 1 ? _layers[0] as Seq2Seq : null;

    /// <summary>The mask that a batch's lengths make; null: all steps count.</summary>
    internal static SequenceMask? MaskOf(in Batch batch)
    {
        if (batch.Lengths is not Tensor lengths)
        {
            return null;
        }

        return batch.Input.Rank >= 2
            ? SequenceMask.FromLengths(batch.Input.Shape[1], lengths.ToInt32Array())
            : throw new ArgumentException(
                $"a batch has Lengths, but its input is {Sizes.Text(batch.Input.Shape)}; it must be " +
                "[B,T,..]");
    }
}
