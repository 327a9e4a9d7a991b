using DesktopGrid.VmSandbox.Primitives;
using Polly;
using Polly.Retry;

namespace DesktopGrid.VmSandbox.Sessions.Http;

/// <summary>
/// Tries a repeatable request again when its connection broke: a port's connection ends also when another host process took the port for a
/// moment, or the guest dropped it to get into step. A guest that does not answer in time, or refuses, is asked no second time.
/// </summary>
internal static class RequestRetry
{
    private const int MaxAttempts = 2;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);

    public static ResiliencePipeline Build(TimeProvider time) => new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<SessionException>(static e => e is { Code: SandboxErrorCode.SessionDisconnected, IsTransient: true }),
            MaxRetryAttempts = MaxAttempts,
            Delay = FirstPause,
            BackoffType = DelayBackoffType.Exponential,
        })
        .Build();
}
