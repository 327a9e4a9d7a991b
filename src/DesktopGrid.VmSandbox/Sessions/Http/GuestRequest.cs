namespace DesktopGrid.VmSandbox.Sessions.Http;

/// <summary>A short request as data, so that it can be sent again: an <see cref="HttpRequestMessage"/> can be sent once.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Uri">Route and query.</param>
/// <param name="IsRepeatable">Whether sending it twice does what sending it once does. Only such a request is tried again.</param>
internal sealed record GuestRequest(HttpMethod Method, Uri Uri, bool IsRepeatable = false)
{
    /// <summary>The body; null for none.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>Whether the guest shall end the connection after its answer.</summary>
    public bool IsLast { get; init; }

    public HttpRequestMessage ToMessage()
    {
        var message = new HttpRequestMessage(Method, Uri) { Content = Body is { } body ? new ReadOnlyMemoryContent(body) : null };
        message.Headers.ConnectionClose = IsLast ? true : null;
        return message;
    }
}
