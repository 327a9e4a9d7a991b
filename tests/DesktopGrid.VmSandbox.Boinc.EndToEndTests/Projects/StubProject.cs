using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

/// <summary>
/// A project's servers on one port of this computer: master page, scheduler, downloads and the upload handler. All that clients say to it
/// stands in journals.
/// </summary>
internal sealed class StubProject : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly UploadHandler _uploadHandler;

    private StubProject(WebApplication server)
    {
        _server = server;
        _uploadHandler = new UploadHandler(Uploads);
        server.MapGet("/", MasterPage);
        server.MapPost("/cgi", AnswerSchedulerAsync);
        server.MapMethods("/download/{name}", ["GET", "HEAD"], Download);
        server.MapPost("/file_upload_handler", async (HttpRequest request) => Text(_uploadHandler.Answer(await ReadAsync(request))));
    }

    /// <summary>Its address, by which clients attach and which ends with a slash.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>The folder of this project below a client's "projects".</summary>
    public string FolderName => $"{Url.Host}_{Url.Port}";

    public ProjectContent Content { get; } = new();

    public CodeSigningKey Key { get; } = new();

    public Journal<SchedulerTalk> Talks { get; } = new("talk");

    public Journal<ReportedResult> Reports { get; } = new("report");

    public Journal<UploadedFile> Uploads { get; } = new("upload");

    public Journal<TrickleUp> Trickles { get; } = new("trickle");

    public static async Task<StubProject> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static options => options.Limits.MaxRequestBodySize = null).UseUrls("http://127.0.0.1:0");
        var project = new StubProject(builder.Build());
        await project._server.StartAsync(cancellationToken);
        project.Url = new Uri(project._server.Urls.First() + "/");
        return project;
    }

    /// <summary>The next uploads break in the middle, and must be tried again.</summary>
    public void InterruptUploads(int times) => _uploadHandler.Interrupt(times);

    public Task<ReportedResult> WaitForReportAsync(string resultName, TimeSpan timeout, CancellationToken cancellationToken) =>
        Reports.WaitAsync(report => report.Name == resultName, $"of {resultName}", timeout, cancellationToken);

    public Task<UploadedFile> WaitForUploadAsync(string name, TimeSpan timeout, CancellationToken cancellationToken) =>
        Uploads.WaitAsync(upload => upload.Name == name, $"of {name}", timeout, cancellationToken);

    public Task<TrickleUp> WaitForTrickleAsync(string resultName, string variety, TimeSpan timeout, CancellationToken cancellationToken) =>
        Trickles.WaitAsync(trickle => trickle.ResultName == resultName && trickle.Variety == variety, $"{variety} of {resultName}", timeout, cancellationToken);

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private IResult MasterPage() => Text($"<html>\n<!--\n<scheduler>{Url}cgi</scheduler>\n-->\n</html>\n");

    private async Task<IResult> AnswerSchedulerAsync(HttpRequest request)
    {
        var said = System.Text.Encoding.UTF8.GetString(await ReadAsync(request));
        var reply = new Scheduler(Url, Key, Content).Answer(said);
        foreach (var message in Markup.FindAll(said, "msg_from_host"))
        {
            Trickles.Add(TrickleUp.Parse(message));
        }

        foreach (var result in Markup.FindAll(said, "result"))
        {
            Reports.Add(ReportedResult.Parse(result));
        }

        Talks.Add(new SchedulerTalk(said, reply));
        return Text(reply);
    }

    private IResult Download(string name) =>
        Content.FindFile(name) is { } file ? Results.Bytes(file.Content, "application/octet-stream", enableRangeProcessing: true) : Results.NotFound();

    private static IResult Text(string text) => Results.Text(text, "text/xml");

    private static async Task<byte[]> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        return body.ToArray();
    }
}
