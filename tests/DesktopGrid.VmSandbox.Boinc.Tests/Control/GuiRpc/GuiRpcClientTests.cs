using System.Text;
using DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;
using DesktopGrid.VmSandbox.Boinc.Control.Markup;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.Recorded;
using DesktopGrid.VmSandbox.Primitives;
using Microsoft.Extensions.Time.Testing;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.GuiRpc;

/// <summary>The talk with the client.</summary>
[TestFixture]
[CancelAfter(30_000)]
public sealed class GuiRpcClientTests
{
    private const string Results = "<results><result><name>r1</name><project_url>http://project.test/</project_url><ready_to_report/></result><result><name>r2</name><project_url>http://project.test/</project_url><active_task><slot>3</slot><fraction_done>0.250000</fraction_done><current_cpu_time>12.500000</current_cpu_time></active_task></result></results>";

    private ClientMock _mock = null!;

    [SetUp]
    public void Open() => _mock = new ClientMock { Results = Results };

    [TearDown]
    public async Task CloseAsync() => await _mock.DisposeAsync();

    [Test]
    public async Task What_is_asked_is_answered(CancellationToken cancellationToken)
    {
        await using var client = await ClientAsync(TimeProvider.System, cancellationToken);
        (await client.GetTasksAsync(cancellationToken)).Should().Equal(
            new RunningTask("r1", "http://project.test/", Slot: null, IsReadyToReport: true, FractionDone: null, CpuSeconds: 0),
            new RunningTask("r2", "http://project.test/", Slot: 3, IsReadyToReport: false, FractionDone: 0.25, CpuSeconds: 12.5));
        (await client.GetMessagesAsync(0, cancellationToken)).Should().Equal(new ClientMessage(7, "Upper & Stub", "hello <&>"));
        await client.ForbidWorkAsync("http://project.test/", cancellationToken);
        await client.AllowWorkAsync("http://project.test/", cancellationToken);
        await client.UpdateAsync("http://project.test/", cancellationToken);
        await client.QuitAsync(cancellationToken);
        _mock.Asked.Should().Equal("get_results", "get_messages", "project_nomorework", "project_allowmorework", "project_update", "quit");
    }

    [Test]
    public async Task What_the_client_refuses_is_told_in_its_words(CancellationToken cancellationToken)
    {
        await using var client = await ClientAsync(TimeProvider.System, cancellationToken);
        await FluentActions.Awaiting(() => client.UpdateAsync("http://other.test/", cancellationToken)).Should().ThrowAsync<BoincException>().WithMessage("*refuses project_update: No such project*");
    }

    [Test]
    public async Task Another_password_is_refused(CancellationToken cancellationToken)
    {
        await using var client = new GuiRpcClient(await GuiRpcConnection.OpenAsync(_mock.Endpoint, TimeProvider.System, cancellationToken));
        await FluentActions.Awaiting(() => client.AuthorizeAsync("wrong", cancellationToken)).Should().ThrowAsync<BoincException>().WithMessage("*does not take the password*");
        await FluentActions.Awaiting(() => client.QuitAsync(cancellationToken)).Should().ThrowAsync<BoincException>().WithMessage("*wants the password first*");
    }

    [Test]
    public async Task A_client_that_says_nothing_is_given_up(CancellationToken cancellationToken)
    {
        var time = new FakeTimeProvider();
        await using var client = await ClientAsync(time, cancellationToken);
        _mock.IsSilent = true;
        var asked = client.GetTasksAsync(cancellationToken);
        time.Advance(GuiRpcConnection.Patience + TimeSpan.FromSeconds(1));
        (await FluentActions.Awaiting(() => asked).Should().ThrowAsync<BoincException>()).Which.Code.Should().Be(SandboxErrorCode.BoincClientUnreachable);
    }

    [Test]
    public async Task A_reply_without_an_end_is_given_up(CancellationToken cancellationToken)
    {
        await using var client = await ClientAsync(TimeProvider.System, cancellationToken);
        _mock.Garbage = Encoding.ASCII.GetBytes(new string('x', MarkupLimits.Reply.Bytes + 100_000));
        await FluentActions.Awaiting(() => client.GetTasksAsync(cancellationToken)).Should().ThrowAsync<BoincException>().WithMessage("*more than*bytes*");
    }

    [Test]
    public async Task Nobody_who_listens_is_told(CancellationToken cancellationToken)
    {
        var endpoint = _mock.Endpoint;
        await _mock.DisposeAsync();
        (await FluentActions.Awaiting(() => GuiRpcConnection.OpenAsync(endpoint, TimeProvider.System, cancellationToken)).Should().ThrowAsync<BoincException>()).Which.Code.Should().Be(SandboxErrorCode.BoincClientUnreachable);

    }

    [Test]
    public void A_damaged_list_of_tasks_is_read_or_refused() => Mutations.Demand(Encoding.UTF8.GetBytes(Results), static bytes =>
    {
        foreach (var result in MarkupReader.Read(bytes.AsSpan(), "it", MarkupLimits.Reply).Named("result"))
        {
            RunningTask.Of(result);
            ClientMessage.Of(result);
        }
    });

    [TestCase("31416")]
    [TestCase("127.0.0.1:31416")]
    [TestCase("localhost:31416")]
    [TestCase("[::1]:31416")]
    [TestCase("/var/lib/boinc/socket")]
    public void An_address_of_this_computer_is_taken(string text) => GuiRpcEndpoint.Parse(text).EndPoint.Should().NotBeNull();

    [TestCase("")]
    [TestCase("0")]
    [TestCase("8.8.8.8:31416")]
    [TestCase("example.org:31416")]
    [TestCase("70000")]
    public void Another_is_refused(string text) => FluentActions.Invoking(() => GuiRpcEndpoint.Parse(text)).Should().Throw<BoincException>();

    private async Task<GuiRpcClient> ClientAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var client = new GuiRpcClient(await GuiRpcConnection.OpenAsync(_mock.Endpoint, time, cancellationToken));
        await client.AuthorizeAsync(ClientMock.Password, cancellationToken);
        return client;
    }
}
