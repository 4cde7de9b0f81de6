using NativeRnn.Plotting;

namespace NativeRnn.Cli.Translation;

/// <summary>A sentence and what a model made of it.</summary>
/// <param name="Words">Of the translation.</param>
/// <param name="SourcePieces">What was read.</param>
/// <param name="Pieces">What was written.</param>
/// <param name="Attention">How much each written piece looked at each that was read, [written][read].</param>
/// <param name="LogProbability">Of the translation, the natural logarithm.</param>
internal sealed record TranslatedSentence(
    string[] Words, string[] SourcePieces, string[] Pieces, float[][] Attention, double LogProbability)
{
    /// <summary>Draws where the model looked; a sentence without any piece has no picture.</summary>
    public void Draw(string path)
    {
        double[,] values = new double[Pieces.Length, SourcePieces.Length];
        for (int row = 0; row < Pieces.Length; row++)
        {
            for (int column = 0; column < SourcePieces.Length; column++)
            {
                values[row, column] = Attention[row][column];
            }
        }

        new HeatMapPicture
        {
            Title = "attention",
            XLabel = "read",
            YLabel = "written",
            RowNames = Pieces,
            ColumnNames = SourcePieces,
            Values = values,
        }.Save(path);
    }
}
