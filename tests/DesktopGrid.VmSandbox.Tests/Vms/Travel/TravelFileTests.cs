using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;
using DesktopGrid.VmSandbox.Vms.Travel;

namespace DesktopGrid.VmSandbox.Tests.Vms.Travel;

public sealed class TravelFileTests
{
    private static readonly TravelManifest Sample = new()
    {
        Name = "hourly",
        TakenAt = DateTimeOffset.UnixEpoch.AddDays(20_000),
        Image = new string('1', 64),
        Layers = [new TravelLayer(new string('4', 64), "tools")],
        MemoryMiB = 256,
        VirtualCpus = 2,
        MachineType = "pc-i440fx-7.2",
        CpuModel = "Haswell",
        Accelerator = "Tcg",
        QemuVersion = "7.2.22",
        StateBytes = 100_000_000,
        DiskBytes = 8L << 30,
        State = new TravelPart(20_000_000, new string('2', 64)),
        Disk = new TravelPart(500_000, new string('3', 64)),
    };

    [Test]
    public async Task What_is_written_is_read_again_byte_by_byte_as_it_comes()
    {
        using var file = new MemoryStream();
        await TravelFile.WriteHeadAsync(file, Sample, default);
        file.ToArray().Should().StartWith("VMSBOXCP"u8.ToArray());
        file.Position = 0;

        (await TravelFile.ReadHeadAsync(new Dripping(file), default)).Should().BeEquivalentTo(Sample);

        file.Position.Should().Be(file.Length, "the parts come next");
    }

    [Test]
    public async Task No_byte_of_the_head_can_be_another_and_no_byte_can_be_missing()
    {
        using var file = new MemoryStream();
        await TravelFile.WriteHeadAsync(file, Sample, default);
        var head = file.ToArray();
        for (var at = 0; at < head.Length; at++)
        {
            var damaged = head.ToArray();
            damaged[at] ^= (byte)(1 << (at % 8));
            await RefusedAsync(damaged);
            await RefusedAsync(head[..at]);
        }
    }

    [TestCase("{}")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("{\"name\":null}")]
    [TestCase("no JSON at all")]
    public async Task A_manifest_that_is_none_is_refused_although_its_hash_is_right(string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        byte[] head = [.. "VMSBOXCP"u8, 0, 0, 0, 1, 0, 0, 0, (byte)bytes.Length, .. bytes];
        await RefusedAsync([.. head, .. System.Security.Cryptography.SHA256.HashData(head)]);
    }

    private static async Task RefusedAsync(byte[] head) =>
        (await FluentActions.Awaiting(() => TravelFile.ReadHeadAsync(new MemoryStream(head), default)).Should().ThrowAsync<VmException>()).Which.Code.Should().Be(SandboxErrorCode.ImportInvalid);

    /// <summary>As a slow network would give it.</summary>
    private sealed class Dripping(Stream inner) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }
}
