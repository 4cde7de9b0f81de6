using Microsoft.AspNetCore.Http.HttpResults;
using NativeRnn.Serving;
using NativeRnn.Training;

/// <summary>POST /predict {"values": [..]}: foretells what comes after the values.</summary>
internal static class PredictEndpoint
{
    public static async Task<IResult> Handle(Question question, Predictor predictor, CancellationToken cancellationToken)
    {
        if (question.Values?.Length != Wave.Steps)
        {
            return Wrong($"has {question.Values?.Length ?? 0} numbers, must have {Wave.Steps}");
        }

        try
        {
            HostTensor sample = new(question.Values, Wave.Steps, 1);
            return TypedResults.Ok(new Answer((await predictor.PredictAsync(sample, cancellationToken))[0]));
        }
        catch (ArgumentException exception)
        {
            return Wrong(exception.Message);
        }
        catch (Exception exception) when (exception is PredictorBusyException or TimeoutException)
        {
            return TypedResults.Problem(exception.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static ValidationProblem Wrong(string problem) =>
        TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["values"] = [problem] });

    /// <param name="Values">The last 24 values, the newest last.</param>
    internal sealed record Question(float[]? Values);

    /// <param name="Next">The value that is expected next.</param>
    internal sealed record Answer(float Next);
}
