// Does a sentence praise or find fault? Words without any knowledge, an LSTM in both directions.
// Run it with a directory of *.pos and *.neg files, such as rt-polarity; without, it makes sentences.
using NativeRnn;
using NativeRnn.Data;
using NativeRnn.Layers;
using NativeRnn.Training;

Review[] reviews = args.Length > 0 ? SentimentData.Read(args[0]) : MadeReviews.Create(3000, seed: 1);
ReviewSplit split = SentimentData.Split(reviews, seed: 1, fold: 0);
WordVocabulary vocabulary = WordVocabulary.FromTexts(split.Training.Select(review => review.Words), minCount: 2);
Dataset training = SentimentData.ToDataset(split.Training, vocabulary).Shuffle();
Dataset validation = SentimentData.ToDataset(split.Validation, vocabulary);
Dataset test = SentimentData.ToDataset(split.Test, vocabulary);
Console.WriteLine($"{reviews.Length} {(args.Length > 0 ? "" : "made ")}sentences, {vocabulary.Count} words");

Sequential model = new()
{
    new Embedding(
        vocabulary.Count, 100, maskZero: true, initializer: Initializer.RandomUniform(-0.25f, 0.25f)),
    new StepDropout(0.3f),
    new Dropout(0.5f),
    new Lstm(64, returnSequences: true, bidirectional: true),
    new GlobalMaxPool1d(),
    new Dropout(0.5f),
    new Dense(2),
};
model.Compile(new CrossEntropyLoss(), new Adam(), new AccuracyMetric());

// What is validated, and kept if it is the best, is the moving average of the weights.
model.Fit(training, epochs: 15, new FitOptions
{
    ValidationDataset = validation,
    WeightAverage = new ExponentialMovingAverage(model, 0.99f, warmUp: true),
    ValidateAverage = true,
    ClipNorm = 1,
    Callbacks = [new EarlyStopping(patience: 4, minDelta: 1e-3, restoreBestWeights: true), new ProgressBar()],
});

double accuracy = model.Evaluate(test).Metrics["accuracy"];
Console.WriteLine($"test: {split.Test.Length} sentences, accuracy {accuracy:F4}; by chance {0.5:F4}");

foreach (string sentence in new[] { "the plot isn't dull", "the cast is charming , but the film is a mess" })
{
    Tensor words = SequencePadding.PadSequences([vocabulary.Encode(WordTokenizer.Tokenize(sentence))]);
    float[] scores = model.Predict(words).ToArray();
    Console.WriteLine($"{(scores[1] > scores[0] ? "positive" : "negative")}: {sentence}");
}
