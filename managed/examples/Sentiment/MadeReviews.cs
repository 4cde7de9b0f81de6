/// <summary>
/// Sentences about films that a small grammar makes. Counting words does not tell their labels: negations turn
/// a judgement round, and of two judgements the one after "but" decides.
/// </summary>
internal static class MadeReviews
{
    private static readonly string[] Subjects =
        ["the film", "the plot", "this sequel", "the cast", "its humour", "the script", "the ending", "the score"];

    private static readonly string[] Praise =
    [
        "moving", "witty", "gripping", "original", "charming", "clever", "a delight", "beautiful", "worth seeing",
        "inspired",
    ];

    private static readonly string[] Blame =
    [
        "dull", "predictable", "clumsy", "lifeless", "tedious", "shallow", "a mess", "annoying", "forgettable",
        "contrived",
    ];

    private static readonly string[] Negations = ["isn't", "is not", "is never", "is hardly", "is far from"];
    private static readonly string[] Affirmations = ["is", "is really", "is always", "is simply", "turns out to be"];
    private static readonly string[] Openings = ["", "", "in the end ", "for all its length , ", "to my surprise "];

    /// <summary>Makes sentences, all different, half of them with each label.</summary>
    /// <param name="count">How many; up to 10,000 are soon found.</param>
    /// <param name="seed">The same seed makes the same ones.</param>
    public static Review[] Create(int count, long seed)
    {
        Random random = new(unchecked((int)seed));
        HashSet<string> texts = [];
        List<Review> reviews = [];
        while (reviews.Count < count)
        {
            Review review = Create(reviews.Count % 2, random);
            if (texts.Add(review.Text))
            {
                reviews.Add(review);
            }
        }

        return [.. reviews];
    }

    private static Review Create(int label, Random random)
    {
        string text = Pick(Openings, random) + (random.Next(4) == 0
            ? $"{Clause(1 - label, random)} , but {Clause(label, random)}"
            : Clause(label, random));
        return new Review($"{text} .", label);
    }

    // A quarter of the clauses says it by a negation.
    private static string Clause(int label, Random random)
    {
        bool negated = random.Next(4) == 0;
        string[] words = (label == 1) != negated ? Praise : Blame;
        string verb = Pick(negated ? Negations : Affirmations, random);
        string judgement = $"{Pick(words, random)} {(negated ? "or" : "and")} {Pick(words, random)}";
        return $"{Pick(Subjects, random)} {verb} {judgement}";
    }

    private static string Pick(string[] choices, Random random) => choices[random.Next(choices.Length)];
}
