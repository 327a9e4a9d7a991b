using System.Net;
using System.Net.Http.Headers;
using System.Text;
using DesktopGrid.VmSandbox.Boinc.Control.Page;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.Recorded;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.Page;

/// <summary>Who is let in, and to what.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class PageSecurityTests
{
    private readonly HttpClient _http = new();
    private PageBench _bench = null!;

    [SetUp]
    public async Task OpenAsync() => _bench = await PageBench.StartAsync(CancellationToken.None);

    [TearDown]
    public async Task CloseAsync() => await _bench.DisposeAsync();

    [OneTimeTearDown]
    public void CloseHttp() => _http.Dispose();

    [Test]
    public async Task Only_this_computer_is_listened_to()
    {
        var address = new Uri(_bench.Page.OwnerUrl);
        address.Host.Should().Be("127.0.0.1");
        var others = (await Dns.GetHostAddressesAsync(Dns.GetHostName())).Where(static one => !IPAddress.IsLoopback(one) && one.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork);
        foreach (var other in others)
        {
            using var socket = new System.Net.Sockets.TcpClient();
            await FluentActions.Awaiting(() => socket.ConnectAsync(other, address.Port)).Should().ThrowAsync<System.Net.Sockets.SocketException>();
        }
    }

    [Test]
    public async Task Without_the_secret_there_is_nothing(CancellationToken cancellationToken)
    {
        var root = new Uri(_bench.Page.OwnerUrl).GetLeftPart(UriPartial.Authority);
        foreach (var path in new[] { "/", "/own/", "/own/wrong/", "/own/wrong/state.json", "/view//", new Uri(_bench.Page.ViewUrl).AbsolutePath.Replace("/view/", "/own/", StringComparison.Ordinal), "/own/../etc/passwd" })
        {
            (await _http.GetAsync(root + path, cancellationToken)).StatusCode.Should().Be(HttpStatusCode.NotFound, path);
        }
    }

    [Test]
    public async Task A_foreign_name_that_leads_here_is_refused(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _bench.Page.OwnerUrl + "state.json");
        request.Headers.Host = $"evil.test:{new Uri(_bench.Page.OwnerUrl).Port}";
        (await _http.SendAsync(request, cancellationToken)).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task No_other_origin_gets_an_answer_that_it_may_read(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _bench.Page.OwnerUrl + "state.json");
        request.Headers.Add("Origin", "http://evil.test");
        var reply = await _http.SendAsync(request, cancellationToken);
        reply.Headers.Select(static header => header.Key).Should().NotContain(static name => name.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        reply.Headers.GetValues("Content-Security-Policy").Single().Should().Contain("default-src 'none'").And.NotContain("unsafe-inline");
        reply.Headers.GetValues("Referrer-Policy").Single().Should().Be("no-referrer");
        reply.Headers.Contains("Set-Cookie").Should().BeFalse();
    }

    [TestCase("application/json", false, null, ExpectedResult = HttpStatusCode.Forbidden)]
    [TestCase("text/plain", true, null, ExpectedResult = HttpStatusCode.Forbidden)]
    [TestCase("application/json", true, "http://evil.test", ExpectedResult = HttpStatusCode.Forbidden)]
    [TestCase("application/json", true, null, ExpectedResult = HttpStatusCode.OK)]
    public async Task<HttpStatusCode> A_change_is_our_own_scripts(string type, bool hasHeader, string? origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _bench.Page.OwnerUrl + "preview") { Content = new StringContent("""{"project":"project.test"}""") };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        if (hasHeader)
        {
            request.Headers.Add(PageGuard.OwnHeader, "1");
        }

        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        return (await _http.SendAsync(request)).StatusCode;
    }

    [Test]
    public async Task A_yes_to_something_else_is_none(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _bench.Page.OwnerUrl + "enable") { Content = new StringContent("""{"preview":"other"}""") };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add(PageGuard.OwnHeader, "1");
        var reply = await _http.SendAsync(request, cancellationToken);
        reply.StatusCode.Should().Be(HttpStatusCode.Conflict);
        File.Exists(_bench.AppInfo).Should().BeFalse();
    }

    [Test]
    public async Task The_wrappers_learn_the_address_for_looking_alone_and_it_goes_with_the_page(CancellationToken cancellationToken)
    {
        var file = Path.Combine(_bench.Project.DataFolder, PageFile.Name);
        var text = await File.ReadAllTextAsync(file, cancellationToken);
        text.Should().Be($$"""{"url":"{{_bench.Page.ViewUrl}}"}""");
        new Uri(_bench.Page.OwnerUrl).AbsolutePath.Should().NotContain(new Uri(_bench.Page.ViewUrl).Segments[2]);
        await _bench.Page.DisposeAsync();
        File.Exists(file).Should().BeFalse();
    }

    [Test]
    public void A_damaged_request_is_read_or_refused() => Mutations.Demand("""{"project":"x","preview":"y","discardWork":true}"""u8.ToArray(), static bytes => PageRoutes.Parse(bytes));

    [Test]
    public void A_damaged_status_is_read_or_refused() => Mutations.Demand(
        Encoding.UTF8.GetBytes("""{"result":"wu_1_0","project":"p","machine":"dc","state":"Running","fraction_done":0.5,"cpu_seconds":0.7,"elapsed_seconds":4.0007681,"last_checkpoint":null,"memory_bytes":167952384,"accelerator":"tcg","console":["a","b"]}"""),
        static bytes => StatusText.Parse(bytes));

    [Test]
    public void A_status_is_bounded()
    {
        var status = StatusText.Parse(Encoding.UTF8.GetBytes($$"""{"result":"{{new string('x', 5000)}}\u001b[31m","fraction_done":7,"cpu_seconds":-1,"memory_bytes":1e300,"last_checkpoint":"never","console":[{{string.Join(',', Enumerable.Repeat("\"a\\u0000b\"", 500))}},7]}"""));
        status.Result.Should().HaveLength(200);
        (status.FractionDone, status.CpuSeconds, status.MemoryBytes, status.LastCheckpoint).Should().Be((1, 0, 1e15, null));
        status.Console.Should().HaveCount(60).And.OnlyContain(static line => line == "a.b");
    }

    [Test]
    public void A_pipe_in_the_place_of_a_status_does_not_hold_the_page()
    {
        var slot = Directory.CreateDirectory(Path.Combine(_bench.Project.DataFolder, "slots", "0")).FullName;
        using (var maker = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(slot, "vmsandbox_status.json")]))
        {
            maker.WaitForExit(10_000).Should().BeTrue();
        }

        File.CreateSymbolicLink(Path.Combine(Directory.CreateDirectory(Path.Combine(_bench.Project.DataFolder, "slots", "1")).FullName, "vmsandbox_status.json"), "/etc/hostname");
        new SlotReader(_bench.Project.DataFolder, TimeProvider.System).Read().Should().BeEmpty();
    }
}
