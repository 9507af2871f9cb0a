using System.Net;
using System.Net.Sockets;

namespace ResNet.Torch.Tests.Weights.Pretrained;

[TestClass]
public class WeightsDownloadTests
{
    static readonly byte[] file = TemporaryCache.File;

    public TestContext TestContext { get; set; } = null!;

    CancellationToken Token => TestContext.CancellationToken;

    [TestMethod]
    public async Task Get_NothingThere_FetchesTheWholeFileAndTellsProgress()
    {
        using var cache = new TemporaryCache();
        using var server = new LocalHttpServer(request => HttpReply.Ranged(file, request));
        var progress = new ProgressList();

        var path = await cache.Store().GetAsync(TemporaryCache.From(server), progress, Token);

        Assert.AreEqual(cache.FilePath, path);
        CollectionAssert.AreEqual(file, await File.ReadAllBytesAsync(path, Token));
        CollectionAssert.AreEqual(new[] { TemporaryCache.FileName }, cache.Names); // neither part nor lock
        CollectionAssert.AreEqual(new HttpRequest[] { new($"/models/{TemporaryCache.FileName}", null) }, server.Requests.ToArray());
        Assert.AreEqual(new DownloadProgress(0, file.Length), progress.Reports[0]);
        Assert.AreEqual(new DownloadProgress(file.Length, file.Length), progress.Reports[^1]);
        CollectionAssert.AreEqual(progress.Reports.Select(r => r.Bytes).Order().Distinct().ToList(), progress.Reports.Select(r => r.Bytes).ToList());
    }

    [TestMethod]
    public async Task Get_PartThere_AsksForTheRest()
    {
        using var cache = new TemporaryCache();
        using var server = new LocalHttpServer(request => HttpReply.Ranged(file, request));
        await File.WriteAllBytesAsync(cache.PartPath, file[..200_000], Token);
        var progress = new ProgressList();

        var path = await cache.Store().GetAsync(TemporaryCache.From(server), progress, Token);

        CollectionAssert.AreEqual(file, await File.ReadAllBytesAsync(path, Token));
        Assert.AreEqual(200_000, server.Requests.Single().From);
        Assert.AreEqual(new DownloadProgress(200_000, file.Length), progress.Reports[0]);
    }

    [TestMethod]
    public async Task Get_WholePartThere_ChecksAndUsesIt()
    {
        using var cache = new TemporaryCache();
        using var server = new LocalHttpServer(request => HttpReply.Ranged(file, request)); // answers 416
        await File.WriteAllBytesAsync(cache.PartPath, file, Token);

        var path = await cache.Store().GetAsync(TemporaryCache.From(server), null, Token);

        CollectionAssert.AreEqual(file, await File.ReadAllBytesAsync(path, Token));
        Assert.AreEqual(file.Length, server.Requests.Single().From);
    }

    [TestMethod]
    public async Task Get_ServerWithoutRange_StartsAnew()
    {
        using var cache = new TemporaryCache();
        using var server = new LocalHttpServer(_ => HttpReply.Whole(file));
        await File.WriteAllBytesAsync(cache.PartPath, file[..200_000], Token);
        var progress = new ProgressList();

        var path = await cache.Store().GetAsync(TemporaryCache.From(server), progress, Token);

        CollectionAssert.AreEqual(file, await File.ReadAllBytesAsync(path, Token));
        Assert.AreEqual(new DownloadProgress(0, file.Length), progress.Reports[0]);
    }

    [TestMethod]
    public async Task Get_ServerSendsAnotherRange_StartsAnew()
    {
        using var cache = new TemporaryCache();
        using var server = new LocalHttpServer(request => request.From is null
            ? HttpReply.Whole(file)
            : new("206 Partial Content", file[..1000], $"bytes 0-999/{file.Length}"));
        await File.WriteAllBytesAsync(cache.PartPath, file[..200_000], Token);

        var path = await cache.Store().GetAsync(TemporaryCache.From(server), null, Token);

        CollectionAssert.AreEqual(file, await File.ReadAllBytesAsync(path, Token));
        CollectionAssert.AreEqual(new long?[] { 200_000, null }, server.Requests.Select(r => r.From).ToArray());
    }

    [TestMethod]
    public async Task Get_PartOfAnotherFile_StartsAnewOnce()
    {
        using var cache = new TemporaryCache();
        using var server = new LocalHttpServer(request => HttpReply.Ranged(file, request));
        await File.WriteAllBytesAsync(cache.PartPath, new byte[200_000], Token);

        var path = await cache.Store().GetAsync(TemporaryCache.From(server), null, Token);

        CollectionAssert.AreEqual(file, await File.ReadAllBytesAsync(path, Token));
        CollectionAssert.AreEqual(new long?[] { 200_000, null }, server.Requests.Select(r => r.From).ToArray());
    }

    [TestMethod]
    public async Task Get_ConnectionCutMidway_GoesOnWhereItEnded()
    {
        using var cache = new TemporaryCache();
        using var server = new LocalHttpServer(request => HttpReply.Ranged(file, request) with { CutAfter = Math.Min(250_000, file.Length - (int)(request.From ?? 0)) });

        var path = await cache.Store().GetAsync(TemporaryCache.From(server), null, Token);

        CollectionAssert.AreEqual(file, await File.ReadAllBytesAsync(path, Token));
        CollectionAssert.AreEqual(new long?[] { null, 250_000, 500_000 }, server.Requests.Select(r => r.From).ToArray());
    }

    [TestMethod]
    public async Task Get_ConnectionAlwaysCut_KeepsWhatCameForTheNextCall()
    {
        using var cache = new TemporaryCache();
        using var server = new LocalHttpServer(request => HttpReply.Ranged(file, request) with { CutAfter = 1000 });

        var error = await Fault(cache, server);

        Assert.AreEqual(PretrainedFailure.Interrupted, error.Failure);
        Assert.Contains("5000 bytes of it are kept", error.Message); // five connections
        CollectionAssert.AreEqual(file[..5000], await File.ReadAllBytesAsync(cache.PartPath, Token));
        Assert.IsFalse(File.Exists(cache.FilePath));
    }

    [TestMethod]
    public async Task Get_ServerFallsSilent_TimesOutAndKeepsWhatCame()
    {
        using var cache = new TemporaryCache();
        using var server = new LocalHttpServer(request => HttpReply.Ranged(file, request) with { StallAfter = request.From is null ? 1000 : 0 });

        var error = await Fault(cache, server, silence: TimeSpan.FromSeconds(0.5));

        Assert.AreEqual(PretrainedFailure.TimedOut, error.Failure);
        Assert.Contains("1000 bytes of it are kept", error.Message);
        Assert.AreEqual(1000, new FileInfo(cache.PartPath).Length);
    }

    [TestMethod]
    public async Task Get_AnotherFileComes_NamesBothHashesAndKeepsNothing()
    {
        using var cache = new TemporaryCache();
        byte[] page = [.. "<html>Please sign in</html>"u8];
        using var server = new LocalHttpServer(_ => HttpReply.Whole(page));

        var error = await Fault(cache, server);

        Assert.AreEqual(PretrainedFailure.WrongHash, error.Failure);
        Assert.Contains(TemporaryCache.Hash(page), error.Message);
        Assert.Contains($"should begin with {TemporaryCache.Hash(file)[..8]}", error.Message);
        Assert.IsFalse(File.Exists(cache.PartPath) || File.Exists(cache.FilePath));
        Assert.HasCount(1, server.Requests);
    }

    [TestMethod]
    [DataRow("404 Not Found")]
    [DataRow("403 Forbidden")]
    [DataRow("503 Service Unavailable")]
    [DataRow("206 Partial Content")] // of a request for the whole
    public async Task Get_ServerRefuses_NamesStatusAddressAndPlace(string status)
    {
        using var cache = new TemporaryCache();
        using var server = new LocalHttpServer(_ => new(status, [.. "no"u8]));

        var error = await Fault(cache, server);

        Assert.AreEqual(PretrainedFailure.Refused, error.Failure);
        Assert.Contains($"the server answered {status}", error.Message);
        Assert.Contains(server.Address(TemporaryCache.FileName).AbsoluteUri, error.Message);
        Assert.Contains($"put it at {cache.FilePath}", error.Message);
        Assert.IsFalse(File.Exists(cache.PartPath) || File.Exists(cache.FilePath));
    }

    [TestMethod]
    public async Task Get_ServerUnreachable_NamesAddressFileAndPlace()
    {
        using var cache = new TemporaryCache();
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop(); // nobody listens there any more
        var weights = TemporaryCache.At(new Uri($"http://127.0.0.1:{port}/{TemporaryCache.FileName}"));

        var error = await Assert.ThrowsExactlyAsync<PretrainedWeightsException>(() => cache.Store().GetAsync(weights, null, Token));

        Assert.AreEqual(PretrainedFailure.Unreachable, error.Failure);
        Assert.Contains($"Tiny_Weights.V1 could not be fetched from http://127.0.0.1:{port}/{TemporaryCache.FileName}: ", error.Message);
        Assert.Contains($"fetch {TemporaryCache.FileName} elsewhere and put it at {cache.FilePath}", error.Message);
        Assert.Contains("RESNET_CACHE", error.Message);
        TestContext.WriteLine(error.Message);
    }

    [TestMethod]
    public async Task Get_Cancelled_KeepsAPartThatTheNextCallGoesOnFrom()
    {
        using var cache = new TemporaryCache();
        using var server = new LocalHttpServer(request => HttpReply.Ranged(file, request) with { StallAfter = request.From is null ? 300_000 : null });
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var progress = new ProgressList(report =>
        {
            if (report.Bytes == 300_000)
                cancellation.Cancel();
        });

        var weights = TemporaryCache.From(server);
        await Assert.ThrowsAsync<OperationCanceledException>(() => cache.Store().GetAsync(weights, progress, cancellation.Token));

        Assert.IsFalse(File.Exists(cache.FilePath));
        CollectionAssert.AreEqual(file[..300_000], await File.ReadAllBytesAsync(cache.PartPath, Token));

        var path = await cache.Store(silence: TimeSpan.FromSeconds(20)).GetAsync(weights, null, Token);

        CollectionAssert.AreEqual(file, await File.ReadAllBytesAsync(path, Token));
        CollectionAssert.AreEqual(new long?[] { null, 300_000 }, server.Requests.Select(r => r.From).ToArray());
    }

    Task<PretrainedWeightsException> Fault(TemporaryCache cache, LocalHttpServer server, TimeSpan? silence = null) =>
        Assert.ThrowsExactlyAsync<PretrainedWeightsException>(() => cache.Store(silence: silence).GetAsync(TemporaryCache.From(server), null, Token));
}
