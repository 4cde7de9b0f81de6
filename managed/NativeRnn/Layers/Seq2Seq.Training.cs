namespace NativeRnn.Layers;

/// <content>What training needs: logits of the steps that count, scheduled sampling.</content>
public sealed partial class Seq2Seq
{
    /// <summary>Computes what Forward does with teacher forcing, but the logits of some steps only.</summary>
    /// <param name="source">int32 [B,S].</param>
    /// <param name="target">int32 [B,T]; negative after the end of a row.</param>
    /// <param name="sourceLengths">int32 [B]; null: all steps are valid.</param>
    /// <param name="places">Of these steps in [B T].</param>
    /// <returns>[N,V].</returns>
    internal Tensor ForwardAt(Tensor source, Tensor target, Tensor? sourceLengths, int[] places)
    {
        Seq2SeqMemory memory = Encode(source, sourceLengths);
        Tensor embedded = _dropout.Forward(_targetEmbedding.Forward(Delayed(target)));
        RecurrentOutput run = _decoder.Run(embedded, memory.State, null);
        Tensor hidden = Rows.Gather(run.Output, 2, places, [places.Length]);
        if (_attention is null)
        {
            return _output.Forward(hidden);
        }

        AttentionOutput context = _attention.Attend(
            run.Output, memory.Keys!, memory.Values!, memory.Mask);
        return Logits(Tensor.Concat(
            [hidden, Rows.Gather(context.Output, 2, places, [places.Length])], axis: -1));
    }

    private Tensor Scheduled(int[] target, int steps, Seq2SeqMemory memory, float teacherForcing)
    {
        RandomStream random = new(RandomStream.Mix(_seed, -(++_calls)));
        int batch = target.Length / steps;
        int[] tokens = new int[batch];
        Array.Fill(tokens, Options.StartToken);
        RecurrentState state = memory.State;
        Tensor[] logits = new Tensor[steps];
        for (int step = 0; step < steps; step++)
        {
            Tensor given = Tensor.From(tokens, [batch, 1], state.Hidden.Device);
            Seq2SeqStep result = Decode(given, memory, state);
            (logits[step], state) = (result.Logits, result.State);
            float[] own = result.Logits.ToArray();
            for (int row = 0; row < batch; row++)
            {
                tokens[row] = random.NextDouble() < teacherForcing
                    ? target[(row * steps) + step]
                    : Choose(own.AsSpan(row * Options.TargetVocabulary, Options.TargetVocabulary), random);
            }
        }

        return Tensor.Concat(logits, axis: 1);
    }

    // A token of the model's own.
    private int Choose(ReadOnlySpan<float> logits, RandomStream random)
    {
        int likeliest = Likeliest(logits);
        if (!Options.DrawSamples)
        {
            return likeliest;
        }

        double total = 0;
        foreach (float logit in logits)
        {
            total += Math.Exp(logit - logits[likeliest]);
        }

        double drawn = random.NextDouble() * total;
        for (int token = 0; token < logits.Length - 1; token++)
        {
            drawn -= Math.Exp(logits[token] - logits[likeliest]);
            if (drawn < 0)
            {
                return token;
            }
        }

        return logits.Length - 1;
    }

    // The start token and the target without its last one.
    private Tensor Delayed(Tensor target)
    {
        int mark = OperationTrace.Mark(target.Device);
        int steps = target.Shape[1];
        int[] tokens = target.ToInt32Array();
        int[] values = new int[tokens.Length];
        for (int first = 0; first < tokens.Length; first += steps)
        {
            values[first] = Options.StartToken;
            for (int step = 1; step < steps; step++)
            {
                values[first + step] = Math.Max(0, tokens[first + step - 1]);
            }
        }

        Tensor delayed = Tensor.From(values, target.Shape, target.Device);
        target.Device.Trace?.Fuse(mark, TracedKind.Delay, Options.StartToken, [delayed], [target]);
        return delayed;
    }
}
