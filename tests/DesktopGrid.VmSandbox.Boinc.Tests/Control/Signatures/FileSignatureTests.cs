using System.Security.Cryptography;
using System.Text;
using DesktopGrid.VmSandbox.Boinc.Control.ClientState;
using DesktopGrid.VmSandbox.Boinc.Control.Markup;
using DesktopGrid.VmSandbox.Boinc.Control.Signatures;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.Recorded;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.Signatures;

/// <summary>Signatures of files, beside one that a real client took.</summary>
[TestFixture]
public sealed class FileSignatureTests
{
    private static readonly byte[] Content = "table\n"u8.ToArray();

    private readonly TestSigner _signer = new();

    [OneTimeTearDown]
    public void Close() => _signer.Dispose();

    [Test]
    public void What_openssl_signed_and_the_client_took_is_right()
    {
        var project = Recorded();
        FileSignature.IsOf(CodeSignKey.Parse(project.CodeSignKey!), project.Files["upper_table_1.dat"].Signature!, Md5(Content)).Should().BeTrue();
        FileSignature.IsOf(CodeSignKey.Parse(project.CodeSignKey!), project.Files["upper_table_1.dat"].Signature!, Md5("tablE\n"u8.ToArray())).Should().BeFalse();
    }

    [Test]
    public void A_signature_is_of_one_file_and_one_key()
    {
        using var other = new TestSigner();
        var signature = _signer.Sign(Content);
        FileSignature.IsOf(CodeSignKey.Parse(_signer.Key), signature, Md5(Content)).Should().BeTrue();
        FileSignature.IsOf(CodeSignKey.Parse(other.Key), signature, Md5(Content)).Should().BeFalse();
    }

    [Test]
    public void A_block_whose_padding_is_short_is_wrong()
    {
        // Bleichenbacher's forgery: the digest right behind a short padding, and anything after it.
        var block = Enumerable.Repeat((byte)0x5a, 128).ToArray();
        new byte[] { 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0 }.CopyTo(block, 0);
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Md5(Content)), block.AsSpan(11));
        FileSignature.IsOf(CodeSignKey.Parse(_signer.Key), _signer.Raw(block), Md5(Content)).Should().BeFalse();
    }

    [TestCase("")]
    [TestCase(".")]
    [TestCase("zz")]
    [TestCase("00")]
    public void What_is_no_signature_is_wrong(string text) => FileSignature.IsOf(CodeSignKey.Parse(_signer.Key), text, Md5(Content)).Should().BeFalse();

    [Test]
    public void A_key_of_another_length_is_refused() => FluentActions.Invoking(() => CodeSignKey.Parse(_signer.Key.Replace("1024", "2048", StringComparison.Ordinal))).Should().Throw<BoincException>();

    [Test]
    public void A_damaged_key_or_signature_is_refused()
    {
        Mutations.Demand(Encoding.ASCII.GetBytes(_signer.Key), static bytes => CodeSignKey.Parse(Encoding.Latin1.GetString(bytes)));
        var key = CodeSignKey.Parse(_signer.Key);
        Mutations.Demand(Encoding.ASCII.GetBytes(_signer.Sign(Content)), bytes => FileSignature.IsOf(key, Encoding.Latin1.GetString(bytes), Md5(Content)));
    }

    [Test]
    public async Task A_verified_file_is_pinned_and_a_changed_one_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory("vmsandbox-test");
        try
        {
            var path = Path.Combine(folder.FullName, "upper_table_1.dat");
            await File.WriteAllBytesAsync(path, Content);
            var project = Recorded();
            var verifier = new FileVerifier(project, folder.FullName);
            await verifier.VerifyAsync(project.Files["upper_table_1.dat"], CancellationToken.None);
            verifier.Verified.Should().Equal(new PinnedFile("upper_table_1.dat", 6, Convert.ToHexStringLower(SHA256.HashData(Content))));
            await File.WriteAllTextAsync(path, "evil\n");
            await FluentActions.Awaiting(() => new FileVerifier(project, folder.FullName).VerifyAsync(project.Files["upper_table_1.dat"], CancellationToken.None))
                .Should().ThrowAsync<BoincException>().Where(static e => e.Code == SandboxErrorCode.BoincSignatureWrong);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static BoincProject Recorded() => ClientStateReader.Read(MarkupReader.Read(Recording.Bytes(Recording.ClientState).AsSpan(), "it", MarkupLimits.State)).Projects.Single();

    private static byte[] Md5(byte[] content)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        md5.AppendData(content);
        return md5.GetHashAndReset();
    }
}
