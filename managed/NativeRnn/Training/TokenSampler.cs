using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Draws an index from the distribution softmax(logits / temperature), if wanted among the
/// likeliest ones only. The same seed gives the same draws.
/// </summary>
public sealed class TokenSampler
{
    private readonly RandomStream _random;
    private readonly float _temperature;
    private readonly int? _topK;
    private readonly float? _topP;
    private readonly Comparison<int> _likelierFirst;
    private double[] _weights = [];
    private int[] _order = [];

    /// <summary>A sampler.</summary>
    /// <param name="temperature">At least 0; 0 always takes the likeliest.</param>
    /// <param name="topK">Draw among so many of the likeliest, at least 1; null: all.</param>
    /// <param name="topP">
    /// Draw among the likeliest whose probabilities together first reach this, in (0, 1]; null: all.
    /// Applied after <paramref name="topK"/>.
    /// </param>
    /// <param name="seed">Any number.</param>
    public TokenSampler(
        float temperature = 1, int? topK = null, float? topP = null, long seed = 1)
    {
        if (!(temperature >= 0) || float.IsInfinity(temperature))
        {
            throw new ArgumentOutOfRangeException(
                nameof(temperature), temperature, "the temperature must be at least 0 and finite");
        }

        if (topK < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(topK), topK, "top-k must be at least 1");
        }

        if (topP is float p && !(p > 0 && p <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(topP), topP, "top-p must be in (0, 1]");
        }

        _temperature = temperature;
        _topK = topK;
        _topP = topP;
        _random = new RandomStream(seed);
        _likelierFirst = LikelierFirst;
    }

    /// <summary>Draws an index.</summary>
    /// <param name="logits">Unnormalised log-probabilities, at least one, all finite.</param>
    /// <returns>0 to logits.Length - 1.</returns>
    public int Sample(ReadOnlySpan<float> logits)
    {
        int likeliest = Likeliest(logits);
        if (_temperature == 0)
        {
            return likeliest;
        }

        Rank(logits, logits[likeliest]);
        int kept = Keep(logits.Length, out double total);
        double drawn = _random.NextDouble() * total;
        for (int place = 0; place < kept - 1; place++)
        {
            drawn -= _weights[_order[place]];
            if (drawn < 0)
            {
                return _order[place];
            }
        }

        return _order[kept - 1];
    }

    private static int Likeliest(ReadOnlySpan<float> logits)
    {
        if (logits.IsEmpty)
        {
            throw new ArgumentException("there are no logits", nameof(logits));
        }

        int best = 0;
        for (int index = 0; index < logits.Length; index++)
        {
            if (!float.IsFinite(logits[index]))
            {
                throw new ArgumentException(
                    $"logit {index} is {logits[index]}, which is not finite", nameof(logits));
            }

            best = logits[index] > logits[best] ? index : best;
        }

        return best;
    }

    // Weights exp((logit - maximum) / temperature) by index; the order has the largest first.
    private void Rank(ReadOnlySpan<float> logits, float maximum)
    {
        if (_weights.Length != logits.Length)
        {
            _weights = new double[logits.Length];
            _order = new int[logits.Length];
        }

        for (int index = 0; index < logits.Length; index++)
        {
            _weights[index] = Math.Exp(((double)logits[index] - maximum) / _temperature);
            _order[index] = index;
        }

        if (_topK is not null || _topP is not null)
        {
            _order.AsSpan().Sort(_likelierFirst);
        }
    }

    // Equal weights keep the order of their indices.
    private int LikelierFirst(int left, int right)
    {
        int order = _weights[right].CompareTo(_weights[left]);
        return order != 0 ? order : left.CompareTo(right);
    }

    private int Keep(int count, out double total)
    {
        int kept = Math.Min(_topK ?? count, count);
        total = Sum(kept);
        if (_topP is not float p)
        {
            return kept;
        }

        double wanted = p * total;
        double sum = 0;
        for (int place = 0; place < kept; place++)
        {
            sum += _weights[_order[place]];
            if (sum >= wanted)
            {
                total = sum;
                return place + 1;
            }
        }

        return kept;
    }

    private double Sum(int count)
    {
        double sum = 0;
        foreach (int index in _order.AsSpan(0, count))
        {
            sum += _weights[index];
        }

        return sum;
    }
}
