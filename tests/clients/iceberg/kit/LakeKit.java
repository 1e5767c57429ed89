// The Iceberg project's own kit, with those of its tests switched on that its classes leave out and this catalog can do.
package tarn;

import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.rest.RESTCompatibilityKitCatalogTests;
import org.apache.iceberg.rest.RESTCompatibilityKitViewCatalogTests;
import org.junit.jupiter.api.AfterEach;

public class LakeKit {
  public static class Tables extends RESTCompatibilityKitCatalogTests {
    @Override
    protected boolean supportsNestedNamespaces() {
      return true;
    }

    @Override
    protected boolean supportsNamesWithSlashes() {
      return true;
    }

    // The kit cleans up behind itself, but for namespaces of several levels.
    @AfterEach
    public void dropNested() {
      for (Namespace top : catalog().listNamespaces()) {
        dropBelow(top);
        if (top.equals(Namespace.of("parent"))) {
          catalog().dropNamespace(top);
        }
      }
    }

    private void dropBelow(Namespace parent) {
      for (Namespace child : catalog().listNamespaces(parent)) {
        dropBelow(child);
        catalog().dropNamespace(child);
      }
    }
  }

  public static class Views extends RESTCompatibilityKitViewCatalogTests {
    // The kit's own is a folder of this machine, which the lake does not write to.
    @Override
    protected String viewLocation(String... paths) {
      return System.getProperty("tarn.views") + "/" + String.join("/", paths);
    }
  }
}
