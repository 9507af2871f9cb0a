namespace ResNet.Torch.Tests.Training;

[TestClass]
public class EvaluationTests
{
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Of_ToItsEndOrCancelled_LeavesTheNetworksModeAsItWas(bool isTraining)
    {
        using var images = TinyTraining.Images(4);
        using var network = ResidualNetwork.Seeded(1, TinyTraining.Variant, TinyTraining.Classes);
        network.train(isTraining);

        Evaluation.Of(network, images);
        Assert.AreEqual(isTraining, network.training);

        Assert.ThrowsExactly<OperationCanceledException>(() => Evaluation.Of(network, images, cancellation: new(canceled: true)));
        Assert.AreEqual(isTraining, network.training);
    }
}
