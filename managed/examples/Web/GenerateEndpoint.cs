using Microsoft.AspNetCore.Http.HttpResults;
using NativeRnn.Training;

/// <summary>GET /generate?prompt=..&amp;length=..: writes on from a prompt, as plain text that comes while it is written.</summary>
internal static class GenerateEndpoint
{
    private const int MostCharacters = 10_000;
    private const int LongestPrompt = 1_000;

    // Goes out together: each packet costs more than the characters in it.
    private const int Piece = 16;

    public static IResult Handle(string? prompt, string? length, string? seed, TextGenerator generator, HttpContext context)
    {
        prompt ??= "";
        if (prompt.Length > LongestPrompt)
        {
            return Wrong("prompt", $"has {prompt.Length} characters, must have at most {LongestPrompt}");
        }

        if (!int.TryParse(length ?? "200", out int characters) || characters is < 1 or > MostCharacters)
        {
            return Wrong("length", $"is '{length}', must be a number from 1 to {MostCharacters}");
        }

        if (!long.TryParse(seed ?? "1", out long start))
        {
            return Wrong("seed", $"is '{seed}', must be a whole number");
        }

        try
        {
            GenerationOptions options = new() { Length = characters, Seed = start, Temperature = 0.5f };
            IEnumerable<char> text = generator.Stream(prompt, options, context.RequestAborted);
            return TypedResults.Stream(body => Write(body, text), "text/plain; charset=utf-8");
        }
        catch (ArgumentException exception)
        {
            // A character that the model does not know.
            return Wrong("prompt", exception.Message);
        }
    }

    private static async Task Write(Stream body, IEnumerable<char> text)
    {
        await using StreamWriter writer = new(body, leaveOpen: true);
        foreach (char[] piece in text.Chunk(Piece))
        {
            await writer.WriteAsync(piece);
            await writer.FlushAsync();
        }
    }

    private static ValidationProblem Wrong(string parameter, string problem) =>
        TypedResults.ValidationProblem(new Dictionary<string, string[]> { [parameter] = [problem] });
}
