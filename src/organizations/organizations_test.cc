#include "organizations/organizations.h"

#include <gtest/gtest.h>

#include "kv/memory_store.h"
#include "organizations/errors.h"

namespace tarn::organizations {
namespace {

constexpr const char* kManager = "111111111111";

class OrganizationTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(directory_.EnsureAccount({kManager, "lake", "AKIAONE", "secret"}).ok());
    ASSERT_TRUE(organizations_
                    .Begin(kManager,
                           [&](Book& book) -> Status {
                             Organization made;
                             made.id = "o-1";
                             made.root_id = "r-1";
                             made.management = kManager;
                             book.Found(made);
                             book.Put(Account{.id = kManager, .name = "lake", .email = "a@b.c", .parent = "r-1"});
                             book.AttachDefaults("r-1");
                             book.AttachDefaults(kManager);
                             return Ok();
                           })
                    .ok());
  }

  Creation Create(const std::string& email) {
    const auto made =
        organizations_.CreateAccount(kManager, {.name = "n", .email = email, .role = "Access", .tags = {}});
    EXPECT_TRUE(made.ok());
    return *made;
  }
  Status Change(const std::function<void(Book&)>& body) {
    return organizations_.Change(kManager, Who::kManagement, [&](Book& book) -> Status {
      body(book);
      return Ok();
    });
  }

  SystemClock clock_;
  std::unique_ptr<kv::Store> store_ = kv::MakeMemoryStore();
  identity::Directory directory_{*store_, clock_, std::string(32, 'k')};
  iam::Iam iam_{*store_, clock_, directory_, std::string(32, 'i')};
  Organizations organizations_{*store_, clock_, directory_, iam_};
};

using AnOrganization = OrganizationTest;

TEST_F(AnOrganization, MakesRealAccountsThatItsManagementMayEnter) {
  const Creation made = Create("x@y.z");
  EXPECT_TRUE(made.failure.empty());
  EXPECT_TRUE((*directory_.FindAccount(made.account)).has_value());
  const auto role = iam_.FindByArn("arn:aws:iam::" + made.account + ":role/Access");
  ASSERT_TRUE(role.ok());
  EXPECT_NE(role->trust.find("arn:aws:iam::111111111111:root"), std::string::npos);
  const Creation again = Create("X@y.z");
  EXPECT_EQ(again.failure, "EMAIL_ALREADY_EXISTS");
  EXPECT_TRUE(again.account.empty());
}

TEST_F(AnOrganization, IsReadByItsManagementAlone) {
  const Creation made = Create("x@y.z");
  const auto nothing = [](Book&) -> Status { return Ok(); };
  EXPECT_TRUE(organizations_.Read(made.account, Who::kMember, nothing).ok());
  EXPECT_TRUE(organizations_.Read(made.account, Who::kAdministrator, nothing).Is(kAccessDenied));
  EXPECT_TRUE(organizations_.Read("999999999999", Who::kMember, nothing).Is(kNotInUse));
}

TEST_F(AnOrganization, BindsItsMembersByTheLevelsAboveThemAndNotItsManagement) {
  const Creation made = Create("x@y.z");
  EXPECT_TRUE((*organizations_.ControlsOf(made.account))->service.empty());  // not enabled
  ASSERT_TRUE(Change([&](Book& book) {
                Unit unit;
                unit.id = "ou-1-a";
                unit.name = "a";
                unit.parent = "r-1";
                book.Put(unit);
                book.AttachDefaults(unit.id);
                auto account = **book.FindAccount(made.account);
                account.parent = unit.id;
                book.Put(account);
                Policy deny;
                deny.id = "p-1";
                deny.type = kServiceControl;
                deny.content =
                    R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}})";
                book.Put(deny);
                book.Attach(unit.id, deny.id);
                book.organization().types.emplace_back(kServiceControl);
                book.PutOrganization();
              }).ok());
  const auto controls = *organizations_.ControlsOf(made.account);
  EXPECT_EQ(controls->organization_id, "o-1");
  EXPECT_EQ(controls->org_paths, std::vector<std::string>{"o-1/r-1/ou-1-a/"});
  ASSERT_EQ(controls->service.size(), 3U);
  EXPECT_EQ(controls->service[0].size(), 1U);
  EXPECT_EQ(controls->service[1].size(), 2U);
  EXPECT_EQ(controls->service[2].size(), 1U);
  EXPECT_TRUE(controls->resource.empty());
  EXPECT_EQ(*organizations_.ControlsOf(made.account), controls);  // kept
  const auto manager = *organizations_.ControlsOf(kManager);
  EXPECT_TRUE(manager->is_management);
  EXPECT_TRUE(manager->service.empty());
  EXPECT_TRUE((*organizations_.ControlsOf("999999999999"))->organization_id.empty());
  ASSERT_TRUE(Change([](Book& book) { book.Detach("ou-1-a", "p-1"); }).ok());
  EXPECT_EQ((*organizations_.ControlsOf(made.account))->service[1].size(), 1U);
}

}  // namespace
}  // namespace tarn::organizations
