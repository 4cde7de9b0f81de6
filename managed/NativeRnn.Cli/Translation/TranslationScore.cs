using NativeRnn.Training;

namespace NativeRnn.Cli.Translation;

/// <summary>
/// How near translations are to those of people: BLEU of up to four tokens of the whole set, against one reference,
/// from 0 to 100, as Papineni 2002 defines it and multi-bleu.perl computes it.
/// </summary>
/// <param name="Bleu">Of the model.</param>
/// <param name="CopyBleu">Of the source text as it is: the trivial translation.</param>
/// <param name="LengthRatio">Words of the translations over those of the references.</param>
/// <param name="Translations">As the pairs are ordered.</param>
internal sealed record TranslationScore(
    double Bleu, double CopyBleu, double LengthRatio, TranslatedSentence[] Translations)
{
    private const int Percent = 100;

    public static TranslationScore Of(
        TranslationModel model, IReadOnlyList<SentencePair> pairs, int beam, CancellationToken cancellation = default)
    {
        TranslatedSentence[] translations =
            model.Translate([.. pairs.Select(pair => pair.Source)], beam, cancellation);
        Bleu bleu = new(), copy = new();
        for (int row = 0; row < translations.Length; row++)
        {
            bleu.Update<string>(translations[row].Words, pairs[row].Target);
            copy.Update<string>(pairs[row].Source, pairs[row].Target);
        }

        return new TranslationScore(
            Percent * bleu.Result,
            Percent * copy.Result,
            translations.Sum(each => each.Words.Length) / (double)pairs.Sum(pair => pair.Target.Length),
            translations);
    }
}
