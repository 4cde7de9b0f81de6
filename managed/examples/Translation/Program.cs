// From one language to another: a GRU reads the sentence both ways, another writes its translation piece by piece
// and looks at the words that it needs. Run it with a directory and two endings of files, such as
// ../shared/data/translation en de; without, it makes sentences about times and days.
using NativeRnn;
using NativeRnn.Data;
using NativeRnn.Layers;
using NativeRnn.Training;

PairSplit pairs = args.Length == 3 ? TranslationData.Read(args[0], args[1], args[2]) : MadePairs.Create(3000, seed: 1);
SubwordVocabulary source = SubwordVocabulary.Train([.. pairs.Training.Select(pair => pair.Source)], merges: 4000);
SubwordVocabulary target = SubwordVocabulary.Train([.. pairs.Training.Select(pair => pair.Target)], merges: 4000);
Dataset training = TranslationData.ToDataset(pairs.Training, source, target).Shuffle();
Dataset validation = TranslationData.ToDataset(pairs.Validation, source, target);
Console.WriteLine($"{pairs.Training.Length} {(args.Length == 3 ? "" : "made ")}pairs, {source.Count} and {target.Count} pieces");

Seq2Seq translator = new(new Seq2SeqOptions
{
    SourceVocabulary = source.Count,
    TargetVocabulary = target.Count,
    StartToken = target.StartToken,
    EndToken = target.EndToken,
    EmbeddingSize = 192,
    HiddenSize = 256,
    OutputSize = 192,
    TiedOutput = true,
    Cell = RnnCell.Gru,
    Bidirectional = true,
    Attention = Seq2SeqAttention.General,
    Dropout = 0.2f,
});
Sequential model = new(translator);
int epochs = args.Length == 3 ? 7 : 6;
model.Compile(
    new CrossEntropyLoss(labelSmoothing: 0.1f),
    new Adam { Schedule = new OneCycleSchedule(3e-3f, (long)epochs * training.BatchCount, rise: 0.1) });
model.Fit(training, epochs, new FitOptions
{
    ValidationDataset = validation,
    WeightAverage = new ExponentialMovingAverage(model, 0.999f, warmUp: true),
    ValidateAverage = true,
    ClipNorm = 1,
    Callbacks = [new EarlyStopping(patience: 3, restoreBestWeights: true), new ProgressBar()],
});

Bleu bleu = new();
foreach (SentencePair pair in pairs.Test)
{
    bleu.Update<string>(Translate(pair.Source), pair.Target);
}

Console.WriteLine($"test: {pairs.Test.Length} sentences, BLEU {100 * bleu.Result:F2}");
Console.WriteLine($"{string.Join(' ', pairs.Test[0].Source)} -> {string.Join(' ', Translate(pairs.Test[0].Source))}");

string[] Translate(string[] words)
{
    using GradientTape tape = Device.Default.Record(gradients: false);
    int[] tokens = source.Encode(words);
    BeamSearchOptions search = new() { Width = 5, LengthPenalty = 1, MaxLength = (2 * tokens.Length) + 10 };
    return target.Decode(translator.BeamSearch(Tensor.From(tokens, [1, tokens.Length]), search)[0][0].Tokens);
}
