using DesktopGrid.VmSandbox.Boinc.Tests.Control.Page.Browsing;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.Page;

/// <summary>The page in a real browser, with real clicks.</summary>
[TestFixture]
[CancelAfter(180_000)]
public sealed class BrowserTests
{
    private const string Box = ".project .switch", Dialog = "document.getElementById('question').open";

    private Chromium _browser = null!;
    private PageBench _bench = null!;

    [OneTimeSetUp]
    public async Task OpenBrowserAsync() => _browser = await Chromium.StartAsync(CancellationToken.None);

    [OneTimeTearDown]
    public async Task CloseBrowserAsync() => await _browser.DisposeAsync();

    [SetUp]
    public async Task OpenAsync() => _bench = await PageBench.StartAsync(CancellationToken.None);

    [TearDown]
    public async Task CloseAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task The_box_is_checked_with_a_yes_to_the_factor_and_unchecked_again(CancellationToken cancellationToken)
    {
        await using var page = await OpenOwnerAsync(cancellationToken);
        (await page.EvaluateAsync("document.querySelector('.applications').innerText", cancellationToken))!.GetValue<string>().Should().Contain("a 1.00 (x86_64-pc-linux-gnu): possible").And.Contain("not possible: its plan class cuda wants a graphics processor");

        // A no changes nothing.
        await page.ClickAsync(Box, cancellationToken);
        await page.WaitForAsync(Dialog, cancellationToken);
        (await page.EvaluateAsync("document.getElementById('question-text').innerText", cancellationToken))!.GetValue<string>().Should().Contain("about 8.5 times slower");
        await page.ClickAsync("#no", cancellationToken);
        await page.WaitForAsync($"!{Dialog} && !document.querySelector('{Box}').disabled", cancellationToken);
        File.Exists(_bench.AppInfo).Should().BeFalse();
        (await page.EvaluateAsync($"document.querySelector('{Box}').checked", cancellationToken))!.GetValue<bool>().Should().BeFalse();

        // A yes does it.
        await page.ClickAsync(Box, cancellationToken);
        await page.WaitForAsync(Dialog, cancellationToken);
        await page.ClickAsync("#yes", cancellationToken);
        await page.WaitForAsync($"document.querySelector('{Box}').checked && document.querySelector('.project').dataset.state === 'Sandboxed'", cancellationToken);
        File.Exists(_bench.AppInfo).Should().BeTrue();
        (await page.EvaluateAsync("document.getElementById('outcome').innerText", cancellationToken))!.GetValue<string>().Should().Contain("is set to run in sandboxes").And.Contain("Restart the client");

        // And out again.
        await page.ClickAsync(Box, cancellationToken);
        await page.WaitForAsync(Dialog, cancellationToken);
        await page.ClickAsync("#yes", cancellationToken);
        await page.WaitForAsync($"!document.querySelector('{Box}').checked && document.querySelector('.project').dataset.state === 'Native'", cancellationToken);
        Directory.GetFileSystemEntries(_bench.Project.Folder).Select(Path.GetFileName).Should().Equal("app_1");
    }

    [Test]
    public async Task What_is_refused_is_told_and_the_box_stays_as_it_is(CancellationToken cancellationToken)
    {
        await using var page = await OpenOwnerAsync(cancellationToken);
        await File.AppendAllTextAsync(Path.Combine(_bench.Project.Folder, "app_1"), "evil", cancellationToken);
        await page.ClickAsync(Box, cancellationToken);
        await page.WaitForAsync("document.getElementById('outcome').innerText.includes('is not what Test & Co signed')", cancellationToken);
        (await page.EvaluateAsync($"document.querySelector('{Box}').checked", cancellationToken))!.GetValue<bool>().Should().BeFalse();
    }

    [Test]
    public async Task A_sandbox_is_shown_as_it_lives_and_its_text_stays_text(CancellationToken cancellationToken)
    {
        await using var page = await OpenOwnerAsync(cancellationToken);
        await page.WaitForAsync("!document.getElementById('no-sandboxes').hidden", cancellationToken);
        _bench.Tell("""{"result":"<img src=x onerror='pwned=1'>","project":"project.test","machine":"dc69f6cc44c2","state":"Running","fraction_done":0.25,"cpu_seconds":3725.2,"elapsed_seconds":12.3,"last_checkpoint":"2026-11-26T08:00:00Z","memory_bytes":104857600,"accelerator":"tcg","console":["step 1 of 4","<script>pwned=1</script>"]}""");
        await page.WaitForAsync("document.querySelector('.percent')?.textContent === '25.00 %'", cancellationToken);
        (await page.EvaluateAsync("document.querySelector('.sandbox .result').textContent", cancellationToken))!.GetValue<string>().Should().Be("<img src=x onerror='pwned=1'>");
        (await page.EvaluateAsync("['.cpu', '.memory', '.accelerator', '.console'].map(s => document.querySelector('.sandbox ' + s).textContent).join('|')", cancellationToken))!.GetValue<string>()
            .Should().Be("1:02:05|100 MiB|emulation (tcg)|step 1 of 4\n<script>pwned=1</script>");
        (await page.EvaluateAsync("document.querySelector('.checkpoint').textContent", cancellationToken))!.GetValue<string>().Should().Contain("2026");

        _bench.Tell("""{"result":"<img src=x onerror='pwned=1'>","state":"Suspended","fraction_done":0.5,"console":["step 2 of 4"]}""");
        await page.WaitForAsync("document.querySelector('.percent').textContent === '50.00 %' && document.querySelector('.sandbox .state').textContent === 'Suspended' && document.querySelector('progress').value === 0.5", cancellationToken);
        (await page.EvaluateAsync("typeof pwned", cancellationToken))!.GetValue<string>().Should().Be("undefined");
        (await page.EvaluateAsync("document.querySelectorAll('#sandboxes img, #sandboxes script').length", cancellationToken))!.GetValue<int>().Should().Be(0);
    }

    [Test]
    public async Task Who_may_look_sees_the_same_and_cannot_switch(CancellationToken cancellationToken)
    {
        await using var page = await _browser.OpenAsync(_bench.Page.ViewUrl, cancellationToken);
        await page.WaitForAsync($"!!document.querySelector('{Box}')", cancellationToken);
        (await page.EvaluateAsync($"document.querySelector('{Box}').disabled", cancellationToken))!.GetValue<bool>().Should().BeTrue();
        (await page.EvaluateAsync("fetch('disable', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-VmSandbox': '1' }, body: '{}' }).then(r => r.status)", cancellationToken))!.GetValue<int>().Should().Be(403);
    }

    [Test]
    public async Task The_browser_itself_refuses_a_script_that_is_not_ours(CancellationToken cancellationToken)
    {
        await using var page = await OpenOwnerAsync(cancellationToken);
        (await page.EvaluateAsync("(() => { const s = document.createElement('script'); s.textContent = 'window.inline = 1'; document.body.append(s); return typeof window.inline; })()", cancellationToken))!.GetValue<string>().Should().Be("undefined");
        (await page.EvaluateAsync("getComputedStyle(document.querySelector('.project')).borderRadius", cancellationToken))!.GetValue<string>().Should().Be("8px", "its own style is in force");
    }

    private async Task<BrowserPage> OpenOwnerAsync(CancellationToken cancellationToken)
    {
        var page = await _browser.OpenAsync(_bench.Page.OwnerUrl, cancellationToken);
        await page.WaitForAsync($"!!document.querySelector('{Box}')", cancellationToken);
        return page;
    }
}
